import type { Client } from '@temporalio/client';
import { adoptOrderMessage, agentAssignedMessage } from '../../contracts/messages';
import { orderLogFields, queues } from '../../contracts/names';
import type { OrderPolicy } from '../../contracts/policy';
import type { Broker } from '../../lib/broker/broker';
import type { Log } from '../../lib/logging/log';
import type { Database } from '../../prisma/user/client';
import { adoptOrder, agentAssigned } from './handlers';

export interface ConsumersDeps {
  broker: Broker;
  db: Database;
  client: Client;
  /** The time limits of adopted orders. */
  policy: OrderPolicy;
  log: Log;
}

/** Signals and starts in flight for each queue. */
const prefetch = 20;

/** Consumes the order worker's queues until the broker is closed. */
export async function consumeOrderQueues({ broker, db, client, policy, log }: ConsumersDeps): Promise<void> {
  await broker.consume({
    queue: queues.agentAssigned,
    signedOnly: true,
    prefetch,
    schema: agentAssignedMessage,
    logFields: ({ order_id }) => orderLogFields(order_id),
    handle: agentAssigned(client, log),
  });
  await broker.consume({
    queue: queues.adoptOrder,
    signedOnly: true,
    prefetch,
    schema: adoptOrderMessage,
    logFields: (message) => orderLogFields(message.kind === 'placed' ? message.order.order_id : message.order_id),
    handle: adoptOrder(client, db, policy),
  });
}
