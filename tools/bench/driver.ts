import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { printLines, say } from '../cli/output';
import { readAddresses } from './addresses';
import { readArguments } from './arguments';
import { chartOf } from './report/chart';
import { reportOf } from './report/report';
import { linesOf } from './report/screen';
import { run } from './run';
import { withScene } from './scene';
import { settingsFor } from './settings';

/** Started by `npm run bench`. Exit code 0: everything was measured. */
async function main(): Promise<number> {
  const { json, out, ...wishes } = readArguments(process.argv.slice(2));
  const measured = await withScene(readAddresses(process.env), settingsFor(wishes), say, run);
  const report = reportOf(measured);
  const text = JSON.stringify(report, null, 2);
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'bench.json'), `${text}\n`);
  writeFileSync(join(out, 'bench.svg'), chartOf(report));
  printLines(json ? [text] : linesOf(report));
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
