import { InvalidArgumentError } from 'commander';
import { id } from '../../contracts/values';
import { loadConfig, schemas } from '../../lib/config/config';
import { orderPolicy } from '../../lib/config/policy';
import { createLog } from '../../lib/logging/log';
import { openTemporal } from '../../lib/temporal/connection';
import * as delivery from '../../prisma/delivery/client';
import * as restaurant from '../../prisma/restaurant/client';
import * as user from '../../prisma/user/client';
import {
  ExpectedError,
  createCommand,
  createMain,
  jsonOption,
  messageOf,
  nameOption,
  printLines,
  runAsProgram,
  table,
} from '../cli/cli';
import { runningSystemEnvironment } from '../stack/control';
import type { RepairDeps } from './inspect';
import type { Remedy, Run } from './remedy';
import { poolSize, repair, type Outcome } from './repair';

const outcomeTable = (outcomes: Outcome[]): string[] =>
  table([
    ['ORDER', 'CUSTOMER', 'RESTAURANT', 'DELIVERY', 'WORKFLOW', 'REMEDY'],
    ...outcomes.map(({ orderId, rows: { record, group, delivery }, run, remedy, result }) => [
      orderId,
      record?.delivered ? 'delivered' : record?.status,
      group?.status,
      delivery?.status === 'PENDING' && delivery.agentId === null ? 'waiting' : delivery?.status,
      runText(run),
      remedyText(remedy),
      ...(result ? [result.failure ?? (result.repaired ? 'done' : 'left')] : []),
    ]),
  ]);

const outcomeJson = ({ orderId, rows, run, remedy, result }: Outcome): object => ({
  order_id: orderId,
  customer: rows.record && { status: rows.record.status, delivered: rows.record.delivered },
  restaurant: rows.group?.status ?? null,
  delivery: rows.delivery && { status: rows.delivery.status, agent_id: rows.delivery.agentId },
  rating: rows.rating,
  workflow: run,
  remedy,
  result,
});

function runText(run: Run): string {
  if (run.state === 'running') return `running, ${[run.order, run.delivery].filter(Boolean).join(' ')}`;
  return run.state === 'closed' ? run.as : 'gone';
}

function remedyText(remedy: Remedy): string {
  switch (remedy.kind) {
    case 'none':
      return 'none needed';
    case 'resend':
      return `send it again: ${remedy.command.kind === 'cancel' ? 'cancelled' : remedy.command.status}`;
    case 'restart':
      return 'place it again';
    case 'adopt':
      return remedy.stage === 'cancelled' ? 'cancel it' : `adopt it, ${remedy.stage}`;
    case 'rate':
      return 'send its rating again';
    case 'manual':
      return `needs an operator: ${remedy.why}`;
  }
}

interface Flags {
  name: string;
  yes: boolean;
  json: boolean;
  order?: string;
}

/** `npm run repair` (docs/repair.md). Exit code 0: nothing to do, or all repaired; 1: something found without `--yes`, or left. */
export const main = createMain((run) =>
  createCommand('repair', 'find orders whose workflow was lost, terminated or reset, and repair them')
    .addOption(nameOption('local'))
    .option('--yes', 'repair them; without it they are only shown', false)
    .option('--order <id>', 'only this order', parseOrderId)
    .addOption(jsonOption())
    .action((flags: Flags) => run(runRepair(flags))),
);

async function runRepair({ name, yes, json, order }: Flags): Promise<number> {
  const env = await runningSystemEnvironment(name);
  if (!env) {
    throw new ExpectedError(
      `The stack "${name}" does not run: npm start. For another system set TEMPORAL_ADDRESS and the three databases (.env.example).`,
    );
  }
  const deps = await connect(env);
  try {
    const outcomes: Outcome[] = [];
    for await (const outcome of repair(deps, yes, order)) outcomes.push(outcome);
    printLines(json ? [JSON.stringify({ orders: outcomes.map(outcomeJson) }, null, 2)] : summaryLines(outcomes, yes));
    return outcomes.every(({ remedy, result }) => remedy.kind === 'none' || result?.repaired) ? 0 : 1;
  } catch (error) {
    throw new ExpectedError(messageOf(error), { cause: error });
  } finally {
    await Promise.all(Object.values(deps.dbs).map((db) => db.$disconnect()));
    await deps.temporal.close();
  }
}

function summaryLines(outcomes: Outcome[], repairs: boolean): string[] {
  if (outcomes.length === 0) return ['No order needs repair.'];
  const found = outcomes.filter(({ remedy }) => remedy.kind !== 'none').length;
  const repaired = outcomes.filter(({ result }) => result?.repaired).length;
  const hint = found > 0 ? ' --yes repairs them.' : '';
  return [...outcomeTable(outcomes), '', repairs ? `${repaired} of ${found} repaired.` : `${found} found.${hint}`];
}

function parseOrderId(text: string): string {
  const order = id.safeParse(text);
  if (!order.success) throw new InvalidArgumentError('It is not an order id.');
  return order.data;
}

/** By the variables of `.env.example`. */
async function connect(env: NodeJS.ProcessEnv): Promise<RepairDeps> {
  const config = loadConfig(schemas.wholeSystem, env);
  const temporal = await openTemporal(config).catch((error: unknown) => {
    throw new ExpectedError(messageOf(error), { cause: error });
  });
  const options = [poolSize, createLog('repair', 'silent'), { ca: config.DATABASE_CA_FILE }] as const;
  const dbs = {
    user: user.openDatabase(config.USER_DATABASE_URL, ...options),
    restaurant: restaurant.openDatabase(config.RESTAURANT_DATABASE_URL, ...options),
    delivery: delivery.openDatabase(config.DELIVERY_DATABASE_URL, ...options),
  };
  return { dbs, temporal, policy: orderPolicy(config) };
}

if (require.main === module) runAsProgram(main);
