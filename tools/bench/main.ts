import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createFreshCommand, createMain, parseCount, parseShare, printError, say } from '../cli/cli';
import { ampleRateLimits, onFreshSystem } from '../stack/launcher';
import { projectRoot } from '../stack/instance';
import { profileLines } from './profile/summary';
import type { Options } from './settings';

type Flags = Options & { json: boolean; profile: boolean; out: string; name: string; yes: boolean };

/** `npm run bench`: exit code 0 when everything was measured, whether or not the targets are met. */
export const main = createMain((run) =>
  createFreshCommand('bench', 'measure orders on a fresh system, beside a bare workflow on the same servers')
    .option('--quick', 'in 3 minutes instead of 7, and less exact', false)
    .option('--rounds <count>', 'rounds in which orders and bare workflows take turns', parseCount)
    .option('--soak <orders>', 'also deliver this many orders, and measure what grows', parseCount)
    .option('--growth', 'also fill the databases, and measure what becomes slower', false)
    .option('--scale <factor>', 'multiply durations and counts (0 to 1), to try the benchmark itself', parseShare, 1)
    .option('--profile', 'also write a CPU profile of each process', false)
    .option('--json', 'for programs', false)
    .option('--out <folder>', 'for bench.json and the profiles', join('.stack', 'bench-results'))
    .action((flags: Flags) => run(runBench(flags))),
);

async function runBench({ name, yes, profile, ...options }: Flags): Promise<number> {
  const profiles = resolve(projectRoot, options.out, 'profiles');
  const env = { ...ampleRateLimits, ...(profile && profiling(profiles)) };
  // A process of its own, so that the load that it generates is measured apart from the launcher.
  const driver = join(projectRoot, 'dist', 'tools', 'bench', 'driver.js');
  // Durable, as a real system is: the servers write to disk before they answer.
  const code = await onFreshSystem({ name, yes, env, durable: true }, ({ runNode }) =>
    runNode([driver, JSON.stringify(options)]),
  );
  if (code !== 0) return code;
  say(`results: ${options.out}`);
  if (profile) printError(profileLines(profiles).join('\n'));
  return 0;
}

function profiling(folder: string): NodeJS.ProcessEnv {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const preload = join(projectRoot, 'tools', 'bench', 'profile', 'preload.cjs');
  return { NODE_OPTIONS: `--require ${JSON.stringify(preload)}`, BENCH_PROFILES: folder };
}
