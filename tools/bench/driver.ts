/** Runs the benchmark against the system that `npm run bench` has started. Its argument: the options as JSON. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodes, printLines, runAsProgram, say } from '../cli/cli';
import { openBench } from './bench';
import { reportLines, reportOf } from './report';
import { runBenchmark } from './run';
import { settingsFor, type Options } from './settings';

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(exitCodes.interrupted));

runAsProgram(async ([argument = '']) => {
  const { out, json, ...options } = JSON.parse(argument) as Options & { out: string; json: boolean };
  const bench = await openBench(process.env, settingsFor(options), say);
  const report = reportOf(await runBenchmark(bench).finally(bench.stopWorker));
  const text = JSON.stringify(report, null, 2);
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'bench.json'), `${text}\n`);
  printLines(json ? [text] : reportLines(report));
  return exitCodes.fine;
});
