import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { printLines, say } from '../stack/screen';
import { readAddresses } from './addresses';
import { chartOf } from './report/chart';
import { reportOf } from './report/report';
import { linesOf } from './report/screen';
import { run, withScene } from './run';
import { settingsFor } from './settings';

/** Started by `npm run bench`, which has checked the arguments. Exit code 0: everything was measured. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      growth: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      soak: { type: 'string', default: '0' },
      out: { type: 'string', default: '.' },
    },
  });
  const { quick, growth, rounds, out } = values;
  const settings = settingsFor({
    quick,
    growth,
    soakOrders: Number(values.soak),
    rounds: rounds === undefined ? undefined : Number(rounds),
  });
  const measured = await withScene(readAddresses(process.env), settings, say, run);
  const report = reportOf(measured);
  const json = JSON.stringify(report, null, 2);
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'bench.json'), `${json}\n`);
  writeFileSync(join(out, 'bench.svg'), chartOf(report));
  printLines(values.json ? [json] : linesOf(report));
  return 0;
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(130));
main().then(
  (code) => process.exit(code), // kept connections may linger
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
