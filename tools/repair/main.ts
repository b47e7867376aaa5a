import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { z } from 'zod';
import { id } from '../../contracts/values';
import { ConfigError, loadConfig, schemas } from '../../lib/config/config';
import { orderPolicy } from '../../lib/config/policy';
import { createLog } from '../../lib/logging/log';
import { temporalServer } from '../../lib/temporal/connection';
import { dataConverterOf } from '../../lib/temporal/payload-codec';
import * as delivery from '../../prisma/delivery/client';
import * as restaurant from '../../prisma/restaurant/client';
import * as user from '../../prisma/user/client';
import type { RepairDeps } from './look';
import { poolSize, repair } from './repair';
import { forPrograms, table, type Outcome } from './report';

/**
 * Finds orders that no workflow carries on, and with `--yes` mends them. docs/repair.md says when and how.
 * Exit code 0: there was nothing to do, or all is done; 1: something is left, or found without `--yes`; 2: asked wrongly.
 */
async function main(): Promise<number> {
  const { yes, json, order } = readArguments();
  const { deps, ...opened } = await open();
  try {
    const outcomes: Outcome[] = [];
    for await (const outcome of repair(deps, { mends: yes, orderId: order })) outcomes.push(outcome);
    print(json ? JSON.stringify({ orders: outcomes.map(forPrograms) }, null, 2) : summary(outcomes, yes));
    return outcomes.every(({ remedy, result }) => remedy.kind === 'none' || result?.mended) ? 0 : 1;
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
  return [...table(outcomes), '', said].join('\n');
}

function readArguments(): { yes: boolean; json: boolean; order: string | undefined } {
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({ options: { yes: flag, json: flag, order: { type: 'string' } } });
  const order = z.optional(id).safeParse(values.order);
  if (!order.success) throw new ConfigError(`"${values.order}" is no order id`);
  return { yes: values.yes, json: values.json, order: order.data };
}

/** A server that is away is an error soon: a person waits. */
const connectTimeout = '5s';

/** Opens what a repair needs, by the variables of `.env.example`. */
async function open(): Promise<{ deps: RepairDeps; close(): Promise<void> }> {
  const config = loadConfig(schemas.repair, process.env);
  const connection = await Connection.connect({ ...temporalServer(config), connectTimeout });
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

main().then(
  (code) => (process.exitCode = code),
  (err: unknown) => {
    process.stderr.write(`${err instanceof Error ? err.message : String(err)}\n`);
    process.exitCode = err instanceof ConfigError || isUsage(err) ? 2 : 1;
  },
);

const isUsage = (err: unknown): boolean =>
  err instanceof Error && 'code' in err && String(err.code).startsWith('ERR_PARSE_ARGS');
