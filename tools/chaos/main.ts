import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { printLines, say } from '../stack/screen';
import { readAddresses } from './addresses';
import { makePlan } from './plan/plan';
import { reportOf } from './report';
import { run } from './run';
import { summary } from './screen';

/** Started by `npm run chaos`, which has checked the arguments. Exit code 0: every invariant holds; 1: one is broken. */
async function main(): Promise<number> {
  const { seed, orders, limit, json } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      orders: { type: 'string', default: '200' },
      limit: { type: 'string', default: '300' },
      json: { type: 'boolean', default: false },
    },
  }).values;
  const addresses = readAddresses(process.env);
  const plan = makePlan(Number(seed), Number(orders));
  const outcome = await run({ addresses, plan, limitMs: Number(limit) * 1000, say });
  const report = reportOf(outcome);
  const { evidence, journal } = outcome;
  writeFileSync(
    join(addresses.CHAOS_LOGS, 'evidence.json'),
    JSON.stringify({ report, pledges: journal.pledges, evidence }, null, 1),
  );
  printLines(json ? [JSON.stringify(report, null, 2)] : summary(report, addresses.STACK_NAME));
  return report.ok ? 0 : 1;
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(130));
main().then(
  (code) => process.exit(code), // connections to what was harmed may linger
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
