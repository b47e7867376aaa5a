import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCommand, createMain, nameOption, parseCount, parseWhole, runAsProgram, yesOption } from '../cli/command';
import { printLines, say } from '../cli/output';
import { ampleRateLimits, onFreshSystem } from '../stack/fresh-system';
import { instanceNamed } from '../stack/instance';
import { readAddresses } from './addresses';
import { makePlan } from './plan/plan';
import { reportOf } from './report';
import { run as runPlan } from './run';
import { summary } from './screen';

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

/** `npm run chaos`: exit code 0 when every invariant holds, 1 when one is broken. */
export const main = createMain((run) =>
  createCommand(
    'chaos',
    'kill and freeze parts of a system of its own while orders go through it, and see that nothing is lost',
  )
    .option('--seed <number>', 'decides which order does what, and which fault strikes when', parseWhole, 1)
    .option('--orders <count>', 'how many orders', parseCount, 200)
    .option('--limit <seconds>', 'for all of it, once the system is ready', parseCount, 300)
    .option('--json', 'the summary for programs', false)
    .option('--keep', 'leave data and logs there also when all is well', false)
    .addOption(nameOption('chaos'))
    .addOption(yesOption())
    .action((flags: ChaosFlags) => run(runChaos(flags))),
);

async function runChaos({ name, seed, orders, limit, json, keep, yes }: ChaosFlags): Promise<number> {
  const code = await onFreshSystem(
    // What a server has answered must outlive it.
    { name, yes, env: { ...ampleRateLimits, ...limits }, durable: true, keepData: keep },
    async (system) => {
      Object.assign(process.env, system.env, { CHAOS_LOGS: system.logsDir });
      const addresses = readAddresses(process.env);
      const outcome = await runPlan({ addresses, plan: makePlan(seed, orders), limitMs: limit * 1_000, say });
      const report = reportOf(outcome);
      const { evidence, journal } = outcome;
      writeFileSync(
        join(system.logsDir, 'evidence.json'),
        JSON.stringify({ report, pledges: journal.pledges, evidence }, null, 1),
      );
      printLines(json ? [JSON.stringify(report, null, 2)] : summary(report, name));
      return report.ok ? 0 : 1;
    },
  );
  if ((code !== 0 || keep) && !json) {
    const { logsDir } = instanceNamed(name);
    printLines(['', `Logs, journal.jsonl (what was asked and answered) and evidence.json are in ${logsDir};`]);
    printLines([`the same data comes up again with: npm start -- --name ${name}`]);
  }
  return code;
}

if (require.main === module) runAsProgram(main);
