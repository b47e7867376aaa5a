import { parseArgs } from 'node:util';
import { createDemo, type Scenario } from './demo';
import { scenarios } from './scenarios/scenarios';
import { heading, print } from './screen';
import { readAddresses } from './system';

async function main(): Promise<void> {
  const { scenario: name } = parseArgs({ options: { scenario: { type: 'string', default: 'delivered' } } }).values;
  const scenario: Scenario | undefined = Object.entries(scenarios).find(([each]) => each === name)?.[1];
  if (!scenario) throw new Error(`no scenario "${name}"; there are ${Object.keys(scenarios).join(', ')}`);
  heading(scenario.title, 'every line is a real request to the running system');
  const { environment = {}, usually } = scenario;
  for (const [variable, value] of Object.entries(environment))
    print(`  ${variable}=${value} here; usually ${usually}.`);
  await scenario.run(createDemo(readAddresses(process.env)));
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
