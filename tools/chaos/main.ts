import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as cli from '../cli/command';
import { printLines } from '../cli/output';
import { ampleRateLimits, onFreshSystem } from '../stack/fresh-system';
import { instanceNamed } from '../stack/instance';
import { makePlan } from './plan/plan';
import { reportOf, summaryOf } from './report';
import { run } from './run';

interface ChaosOptions {
  seed: number;
  orders: number;
  limit: number;
  json: boolean;
  keep: boolean;
  name: string;
  yes: boolean;
}

/** Time limits short enough that an order without a decision, a courier or a service ends within the run. */
const shortLimits = {
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

/** `npm run chaos`. Exit code 0: every invariant holds; 1: one is violated, or the system did not settle; 2: wrong arguments. */
export const main = cli.createMain((runCommand) =>
  cli
    .createFreshCommand(
      'chaos',
      'kill and freeze the parts of a private system while it processes orders; check that nothing is lost',
    )
    .option('--seed <number>', 'decides what each order does, and when which fault is injected', cli.parseWhole, 1)
    .option('--orders <count>', 'how many orders', cli.parseCount, 200)
    .option('--limit <seconds>', 'for the whole run, once the system is ready', cli.parseCount, 300)
    .option('--keep', 'keep data and logs even if every invariant holds', false)
    .addOption(cli.jsonOption())
    .action((options: ChaosOptions) => runCommand(runChaos(options))),
);

async function runChaos({ name, seed, orders, limit, json, keep, yes }: ChaosOptions): Promise<number> {
  const { logsDir } = instanceNamed(name);
  // Durable, because PostgreSQL and the other servers are killed and must keep what they have acknowledged.
  const launch = { name, yes, env: { ...ampleRateLimits, ...shortLimits }, durable: true, keepData: keep };
  const code = await onFreshSystem(launch, async (system) => {
    const outcome = await run(system, makePlan(seed, orders), limit * 1_000);
    const report = reportOf(outcome);
    writeFileSync(join(logsDir, 'evidence.json'), JSON.stringify({ report, ...outcome.given }, null, 1));
    printLines(json ? [JSON.stringify(report, null, 2)] : summaryOf(report, name));
    return report.ok ? cli.exitCodes.fine : cli.exitCodes.failed;
  });
  if ((code !== cli.exitCodes.fine || keep) && !json) {
    printLines([
      '',
      `The logs, journal.jsonl and evidence.json are in ${logsDir}.`,
      `This starts a system with the same data: npm start -- --name ${name}`,
    ]);
  }
  return code;
}

if (require.main === module) cli.runAsProgram(main);
