import { parseArgs } from 'node:util';
import { createDemo, type Demo } from './demo';
import { cancel } from './scenarios/cancel';
import { delivered } from './scenarios/delivered';
import { isScenario, scenarios, type ScenarioName } from './scenarios/names';
import { noAnswer } from './scenarios/no-answer';
import { noCourier } from './scenarios/no-courier';
import { refusal } from './scenarios/refusal';
import { serviceDown } from './scenarios/service-down';
import { heading, print } from './screen';
import { readAddresses } from './system';

/** Each rejects when the system does not do what the scenario shows. */
const runs: Record<ScenarioName, (demo: Demo) => Promise<void>> = {
  delivered,
  refusal,
  'no-answer': noAnswer,
  'no-courier': noCourier,
  cancel,
  'service-down': serviceDown,
};

async function main(): Promise<void> {
  const { scenario } = parseArgs({ options: { scenario: { type: 'string', default: 'delivered' } } }).values;
  if (!isScenario(scenario))
    throw new Error(`no scenario "${scenario}"; there are ${Object.keys(scenarios).join(', ')}`);
  const addresses = readAddresses(process.env);
  heading(scenarios[scenario].title, 'every line is a real request to the running system');
  await runs[scenario](createDemo(addresses));
  print();
}

main().catch((error: unknown) => {
  process.stderr.write(`\nThe demo failed: ${explained(error)}\n`);
  process.exitCode = 1;
});

/** The message, and those of its causes. */
function explained(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message + (error.cause === undefined ? '' : ` (${explained(error.cause)})`);
}
