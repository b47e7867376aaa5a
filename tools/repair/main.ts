import { Client, Connection } from '@temporalio/client';
import { InvalidArgumentError } from 'commander';
import { id } from '../../contracts/values';
import { loadConfig, orderPolicy, schemas } from '../../lib/config/config';
import { createLog } from '../../lib/logging/log';
import { temporalServer } from '../../lib/temporal/server';
import { dataConverterOf } from '../../lib/temporal/data-converter';
import * as delivery from '../../prisma/delivery/client';
import * as restaurant from '../../prisma/restaurant/client';
import * as user from '../../prisma/user/client';
import { createCommand, createMain, jsonOption, nameOption, runAsProgram } from '../cli/command';
import { ExpectedError, messageOf } from '../cli/output';
import { runningSystemEnvironment } from '../stack/running-system';
import type { RepairDeps } from './look';
import { poolSize, repair } from './repair';
import { forPrograms, outcomeTable, type Outcome } from './report';

interface RepairFlags {
  name: string;
  yes: boolean;
  json: boolean;
  order?: string;
}

/**
 * `npm run repair`: finds orders that no workflow carries on, and with `--yes` mends them. docs/repair.md says when and how.
 * Exit code 0: there was nothing to do, or all is done; 1: something is left, or found without `--yes`.
 */
export const main = createMain((run) =>
  createCommand('repair', 'find orders whose workflow was lost, terminated or reset, and mend them')
    .addOption(nameOption('local'))
    .option('--yes', 'mend them; without it they are only shown', false)
    .option('--order <id>', 'only this order', parseOrderId)
    .addOption(jsonOption())
    .action((flags: RepairFlags) => run(runRepair(flags))),
);

async function runRepair({ name, yes, json, order }: RepairFlags): Promise<number> {
  const env = await runningSystemEnvironment(name);
  if (!env) {
    throw new ExpectedError(
      `The stack "${name}" does not run: npm start. For another system set TEMPORAL_ADDRESS and the three databases (.env.example).`,
    );
  }
  const { deps, ...opened } = await open(env);
  try {
    const outcomes: Outcome[] = [];
    for await (const outcome of repair(deps, { mends: yes, orderId: order })) outcomes.push(outcome);
    print(json ? JSON.stringify({ orders: outcomes.map(forPrograms) }, null, 2) : summary(outcomes, yes));
    return outcomes.every(({ remedy, result }) => remedy.kind === 'none' || result?.mended) ? 0 : 1;
  } catch (error) {
    throw new ExpectedError(messageOf(error), { cause: error });
  } finally {
    await opened.close();
  }
}

const print = (text: string): void => void process.stdout.write(`${text}\n`);

function summary(outcomes: Outcome[], mends: boolean): string {
  if (outcomes.length === 0) return 'No order needs repair.';
  const found = outcomes.filter(({ remedy }) => remedy.kind !== 'none').length;
  const done = outcomes.filter(({ result }) => result?.mended).length;
  const said = mends
    ? `${done} of ${found} mended.`
    : `${found} found.${found > 0 ? ' With --yes they are mended.' : ''}`;
  return [...outcomeTable(outcomes), '', said].join('\n');
}

function parseOrderId(text: string): string {
  const order = id.safeParse(text);
  if (!order.success) throw new InvalidArgumentError('It is no order id.');
  return order.data;
}

/** A server that is away is an error soon: a person waits. */
const connectTimeout = '5s';

/** Opens what a repair needs, by the variables of `.env.example`. */
async function open(env: NodeJS.ProcessEnv): Promise<{ deps: RepairDeps; close(): Promise<void> }> {
  const config = loadConfig(schemas.repair, env);
  const connection = await Connection.connect({ ...temporalServer(config), connectTimeout }).catch((error: unknown) => {
    throw new ExpectedError(messageOf(error));
  });
  const log = createLog('repair', 'silent');
  const ca = config.DATABASE_CA_FILE;
  const dbs = {
    user: user.openDatabase(config.USER_DATABASE_URL, poolSize, log, { ca }),
    restaurant: restaurant.openDatabase(config.RESTAURANT_DATABASE_URL, poolSize, log, { ca }),
    delivery: delivery.openDatabase(config.DELIVERY_DATABASE_URL, poolSize, log, { ca }),
  };
  const temporal = {
    client: new Client({
      connection,
      namespace: config.TEMPORAL_NAMESPACE,
      dataConverter: dataConverterOf(config.TEMPORAL_PAYLOAD_KEYS),
    }),
    close: () => connection.close(),
  };
  return {
    deps: { dbs, temporal, policy: orderPolicy(config) },
    async close() {
      await Promise.all(Object.values(dbs).map((db) => db.$disconnect()));
      await temporal.close();
    },
  };
}

if (require.main === module) runAsProgram(main);
