import { readAddresses } from './addresses';
import { printHistory } from './history';
import { printMessages } from './messages';
import { printRows } from './rows';
import { heading, print } from './screen';
import { printTimeline } from './story';
import { walkAnOrder } from './walk';

/** Walks one order through the running system, then shows what happened: its timeline, rows, messages, workflows. */
async function demo(): Promise<void> {
  const addresses = readAddresses(process.env);
  heading('One order, from the menu to the rating', 'every line is a real HTTP request');
  const order = await walkAnOrder(addresses);
  await printTimeline(addresses, order);
  // The messages first: they wait until the rating has arrived, and the rows then show it.
  await printMessages(addresses, order);
  await printRows(addresses, order);
  await printHistory(addresses, order);
  print();
}

demo().catch((error: unknown) => {
  process.stderr.write(`\nThe demo failed: ${explained(error)}\n`);
  process.exitCode = 1;
});

/** The message, and those of what caused it. */
function explained(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message + (error.cause === undefined ? '' : ` (${explained(error.cause)})`);
}
