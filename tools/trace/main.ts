import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { createHttpClient } from '../bench/load/http';
import { carryOrder, type People } from '../bench/people/order';
import { noRepeats } from '../bench/people/persistence';
import { addAgents, openKitchens } from '../bench/people/world';
import { readAddresses } from '../bench/addresses';
import { createCommand, createMain, nameOption, runAsProgram, yesOption } from '../cli/command';
import { printLines, say } from '../cli/output';
import { aCustomer, authorization } from '../stack/access';
import { ampleRateLimits, onFreshSystem } from '../stack/fresh-system';
import { pictureOf } from './picture';
import { startReceiver } from './receiver';
import { lastOrder } from './rows';
import { waterfall } from './waterfall';

interface TraceFlags {
  name: string;
  yes?: boolean;
  out: string;
}

/** `npm run trace`. */
export const main = createMain((run) =>
  createCommand('trace', "carry an order through a system of its own that traces, and draw the order's trace")
    .addOption(nameOption('trace'))
    .addOption(yesOption())
    .option('--out <folder>', 'where trace.svg goes', join('.stack', 'trace'))
    .action((flags: TraceFlags) => run(runTrace(flags))),
);

async function runTrace({ name, yes, out }: TraceFlags): Promise<number> {
  const receiver = await startReceiver();
  const code = await onFreshSystem(
    { name, yes, env: { ...ampleRateLimits, ...receiver.environment } },
    async ({ env }) => {
      Object.assign(process.env, env);
      await carryOrders();
      return 0;
    },
  );
  await receiver.close(); // the system has ended, so everything has come
  if (code !== 0) return code;
  const sections = lastOrder(receiver.spans());
  printLines(waterfall(sections));
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'trace.svg'), pictureOf(sections));
  say(`the picture is ${join(out, 'trace.svg')}`);
  return 0;
}

/** The first orders of a process take ten times as long: they open connections and compile code. */
const ordersBefore = 30;

const history = z.object({ data: z.object({ orders: z.array(z.object({ delivered: z.boolean() })) }) });

/** Carries orders through the running system, one after the other, and has the last one rated. */
async function carryOrders(): Promise<void> {
  const addresses = readAddresses(process.env);
  const http = createHttpClient();
  const world = await openKitchens(http, addresses);
  await addAgents(http, addresses, 2);
  const customer = randomUUID();
  const orders: string[] = [];
  const people: People = {
    http,
    addresses,
    world: { ...world, customers: [customer] },
    repeats: noRepeats(),
    delivered: (orderId) => orders.push(orderId),
  };
  for (let i = 0; i <= ordersBefore; i += 1) {
    await carryOrder(people);
    await rate();
  }
  http.close();

  async function rate(): Promise<void> {
    const base = addresses.USER_SERVICE_URL;
    const headers = await authorization(aCustomer(customer));
    for (;;) {
      const { text } = await http.expect([200], 'GET', `${base}/users/${customer}/orders?limit=1`, undefined, headers);
      if (history.parse(JSON.parse(text)).data.orders[0]?.delivered) break;
    }
    const body = { user_id: customer, order_id: orders.at(-1), order_rating: 5, agent_rating: 4 };
    await http.expect([201], 'POST', `${base}/ratings`, body, headers);
  }
}

if (require.main === module) runAsProgram(main);
