import { join } from 'node:path';
import type { Command, Option } from 'commander';
import { stackEnvironment } from '../addresses';
import { instanceNamed, projectRoot, wipe } from '../instance';
import { withStack } from '../launcher';
import { ampleLimits } from '../limits';
import { printLines, say } from '../screen';
import { parseCount, parseWhole } from './numbers';
import { runNode } from './run-node';

interface ChaosFlags {
  seed: number;
  orders: number;
  limit: number;
  json: boolean;
  keep: boolean;
  name: string;
  yes?: boolean;
}

/** People and machines are impatient: an order that nobody decides about, or a service that is away, must not take minutes. */
const limits = {
  PLACEMENT_LIMIT_MS: '30000',
  DECISION_LIMIT_MS: '15000',
  COURIER_LIMIT_MS: '25000',
  PICKUP_LIMIT_MS: '25000',
  DELIVERY_ATTENTION_MS: '60000',
  REASK_INTERVAL_MS: '3000',
  AVOID_LOCAL_MS: '3000',
  ATTEMPT_MS: '1500',
  RETRY_INTERVAL_MS: '1000',
};

/** `npm run chaos`: exit code 0 when every invariant holds, 1 when one is broken, 2 for arguments that do not fit. */
export function addChaosCommand(program: Command, run: (command: Promise<number>) => Promise<void>, shared: Option[]) {
  const chaos = program
    .command('chaos')
    .description(
      'kill and freeze parts of a system of its own while orders go through it, and see that nothing is lost',
    )
    .option('--seed <number>', 'decides which order does what, and which fault strikes when', parseWhole, 1)
    .option('--orders <count>', 'how many orders', parseCount, 200)
    .option('--limit <seconds>', 'for all of it, once the system is ready', parseCount, 300)
    .option('--json', 'the summary for programs', false)
    .option('--keep', 'leave data and logs there also when all is well', false);
  for (const option of shared) chaos.addOption(option);
  chaos
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
    .action((flags: ChaosFlags) => run(runChaos(flags)));
}

/** A fresh system, the faults, and its end. Its data is removed, unless something is broken. */
async function runChaos({ name, seed, orders, limit, json, keep, yes }: ChaosFlags): Promise<number> {
  const instance = instanceNamed(name);
  const env = { ...process.env, ...ampleLimits, ...limits };
  const code = await withStack(
    {
      instance,
      ports: { kind: 'any' }, // Beside a stack that a person has running.
      yes: yes ?? false,
      serversOnly: false,
      durable: true, // What a server has answered must outlive it.
      fresh: true,
      env,
      say,
    },
    ({ addresses, warden, stopped }) => {
      const args = [`--seed=${seed}`, `--orders=${orders}`, `--limit=${limit}`, ...(json ? ['--json'] : [])];
      return runNode([join(projectRoot, 'dist', 'tools', 'chaos', 'main.js'), ...args], {
        env: {
          ...env,
          ...stackEnvironment(addresses, env),
          STACK_SOCKET: instance.socketPath,
          STACK_NAME: instance.name,
          CHAOS_LOGS: instance.logsDir,
        },
        warden,
        stopped,
      });
    },
  );
  if (code === 0 && !keep) wipe(instance);
  else if (!json) {
    printLines(['', `Logs, journal.jsonl (what was asked and answered) and evidence.json are in ${instance.logsDir};`]);
    printLines([`the same data comes up again with: npm start -- --name ${name}`]);
  }
  return code;
}
