import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createCommand, createMain, nameOption, parseCount, parseShare, runAsProgram, yesOption } from '../cli/command';
import { say, table } from '../cli/output';
import { ampleRateLimits, onFreshSystem } from '../stack/fresh-system';
import { projectRoot } from '../stack/instance';
import { readProfiles } from './profile/summary';

interface BenchFlags {
  quick: boolean;
  json: boolean;
  growth: boolean;
  rounds?: number;
  soak?: number;
  scale?: number;
  profile: boolean;
  out: string;
  name: string;
  yes?: boolean;
}

/** `npm run bench`: exit code 0 when everything was measured, whatever it is. */
export const main = createMain((run) =>
  createCommand('bench', 'measure how many orders a system of its own carries, beside what its engine could do')
    .option('--quick', 'in less than three minutes, and less exact', false)
    .option('--rounds <count>', 'how often orders and bare workflows take turns', parseCount)
    .option('--soak <orders>', 'also carry so many orders, and look at what grows', parseCount)
    .option('--growth', 'also fill the databases, and look at what becomes slower', false)
    .option('--scale <factor>', 'all times and numbers by this, from 0 to 1: to try the benchmark itself', parseShare)
    .option('--profile', 'also write a CPU profile of each process', false)
    .option('--json', 'the report for programs', false)
    .option('--out <folder>', 'where bench.json, bench.svg and the profiles go', join('.stack', 'bench-results'))
    .addOption(nameOption('bench'))
    .addOption(yesOption())
    .action((flags: BenchFlags) => run(runBench(flags))),
);

/** The driver is a process of its own, so that its load is measured apart from the launcher's. */
async function runBench({ name, yes, out, profile, ...wishes }: BenchFlags): Promise<number> {
  const profiles = resolve(projectRoot, out, 'profiles');
  const env = { ...ampleRateLimits, ...(profile && profiling(profiles)) };
  const driver = join(projectRoot, 'dist', 'tools', 'bench', 'driver.js');
  // Durable, as the real system is: what a server has answered outlives it.
  const code = await onFreshSystem({ name, yes, env, durable: true }, ({ runNode }) =>
    runNode([driver, `--out=${out}`, ...argumentsOf(wishes)]),
  );
  if (code !== 0) return code;
  say(`the report is in ${out}: bench.json, bench.svg${profile ? ', profiles/*.cpuprofile' : ''}`);
  if (profile) process.stderr.write(`${profileLines(profiles).join('\n')}\n`);
  return 0;
}

type Wishes = Pick<BenchFlags, 'quick' | 'json' | 'growth' | 'rounds' | 'soak' | 'scale'>;

const argumentsOf = ({ quick, json, growth, rounds, soak, scale }: Wishes): string[] => [
  ...(quick ? ['--quick'] : []),
  ...(json ? ['--json'] : []),
  ...(growth ? ['--growth'] : []),
  ...(rounds === undefined ? [] : [`--rounds=${rounds}`]),
  ...(soak === undefined ? [] : [`--soak=${soak}`]),
  ...(scale === undefined ? [] : [`--scale=${scale}`]),
];

/** Every Node process of ours notes where its time goes. */
function profiling(folder: string): Record<string, string> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const preload = join(projectRoot, 'tools', 'bench', 'profile', 'preload.cjs');
  return { NODE_OPTIONS: `--require ${JSON.stringify(preload)}`, BENCH_PROFILES: folder };
}

const packagesShown = 10;

/** Of each process, where most of its time went. */
function profileLines(folder: string): string[] {
  return Object.entries(readProfiles(folder)).flatMap(([name, times]) => {
    const total = times.reduce((sum, [, ms]) => sum + ms, 0);
    const rows = times
      .slice(0, packagesShown)
      .map(([place, ms]) => [`  ${place}`, `${Math.round(ms)} ms`, `${Math.round((100 * ms) / total)} %`]);
    return ['', `${name}: ${Math.round(total)} ms`, ...table(rows)];
  });
}

if (require.main === module) runAsProgram(main);
