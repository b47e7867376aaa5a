/** Carries orders through the running system, one after the other, and has the last one rated. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { createHttpClient } from '../bench/load/http';
import { carryOrder, type People } from '../bench/people/order';
import { noRepeats } from '../bench/people/persistence';
import { addAgents, openKitchens } from '../bench/people/world';
import { readAddresses } from '../bench/addresses';
import { aCustomer, authorization } from '../stack/access';

/** The first orders of a process take ten times as long: they open connections and compile code. */
const ordersBefore = 30;

const history = z.object({ data: z.object({ orders: z.array(z.object({ delivered: z.boolean() })) }) });

async function main(): Promise<void> {
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

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
