import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command, Option } from 'commander';
import { readProfiles } from '../../bench/profile/summary';
import { stackEnvironment } from '../addresses';
import { instanceNamed, projectRoot, wipe } from '../instance';
import { withStack } from '../launcher';
import { ampleLimits } from '../limits';
import { say, table } from '../screen';
import { parseCount, parseShare } from './numbers';
import { runNode } from './run-node';

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

/** `npm run bench`: exit code 0 when everything was measured, whatever it is, 2 for arguments that do not fit. */
export function addBenchCommand(program: Command, run: (command: Promise<number>) => Promise<void>, shared: Option[]) {
  const bench = program
    .command('bench')
    .description('measure how many orders a system of its own carries, beside what its engine could do')
    .option('--quick', 'in less than three minutes, and less exact', false)
    .option('--rounds <count>', 'how often orders and bare workflows take turns', parseCount)
    .option('--soak <orders>', 'also carry so many orders, and look at what grows', parseCount)
    .option('--growth', 'also fill the databases, and look at what becomes slower', false)
    .option('--scale <factor>', 'all times and numbers by this, from 0 to 1: to try the benchmark itself', parseShare)
    .option('--profile', 'also write a CPU profile of each process', false)
    .option('--json', 'the report for programs', false)
    .option('--out <folder>', 'where bench.json, bench.svg and the profiles go', join('.stack', 'bench-results'));
  for (const option of shared) bench.addOption(option);
  bench
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
    .action((flags: BenchFlags) => run(runBench(flags)));
}

/** A fresh system as `npm start` runs it, the benchmark, and its end. Its data is removed; the logs of a run that failed stay. */
async function runBench({ name, yes, out, profile, ...wishes }: BenchFlags): Promise<number> {
  const instance = instanceNamed(name);
  const profiles = resolve(projectRoot, out, 'profiles');
  const env = { ...process.env, ...ampleLimits, ...(profile && profiling(profiles)) };
  const code = await withStack(
    {
      instance,
      ports: { kind: 'any' }, // Beside a stack that a person has running.
      yes: yes ?? false,
      serversOnly: false,
      durable: true, // As the real one is: what a server has answered outlives it.
      fresh: true,
      env,
      say,
    },
    ({ addresses, warden, stopped }) =>
      runNode([join(projectRoot, 'dist', 'tools', 'bench', 'main.js'), `--out=${out}`, ...argumentsOf(wishes)], {
        env: { ...env, ...stackEnvironment(addresses, env), STACK_SOCKET: instance.socketPath, STACK_NAME: name },
        warden,
        stopped,
      }),
  );
  if (code !== 0) return code;
  wipe(instance);
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
