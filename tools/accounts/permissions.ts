import { deadQueue, queues, ratingsExchange, retryQueue, type QueueName } from '../../contracts/names';

/** What RabbitMQ lets a user do in a virtual host, as regular expressions over names of queues and exchanges. */
export interface Permissions {
  configure: string;
  write: string;
  read: string;
}

/** Our processes that speak to RabbitMQ, by the names of their users there, with the queues that each consumes. */
const consumedBy = {
  'api-delivery': [],
  'worker-order': [queues.agentAssigned, queues.adoptOrder],
  'worker-restaurant': [queues.placeOrder, queues.changeOrderStatus, queues.restaurantRatings],
  'worker-delivery': [queues.assignAgent, queues.updateDeliveryStatus, queues.deliveryRatings],
} satisfies Record<string, QueueName[]>;

export type BrokerUser = keyof typeof consumedBy;
export const brokerUsers = Object.keys(consumedBy) as BrokerUser[];

/** A user's password comes by a variable: `WORKER_ORDER_RABBITMQ_PASSWORD`. */
export const passwordVariable = (user: BrokerUser): string =>
  `${user.toUpperCase().replaceAll('-', '_')}_RABBITMQ_PASSWORD`;

/** To publish to the default exchange, which leads to every queue: requests, replies and copies go that way. */
const defaultExchange = 'amq.default';
const ratingQueues = [queues.restaurantRatings, queues.deliveryRatings];
const declared = [
  ratingsExchange,
  ...Object.values(queues).flatMap((queue) => [queue, retryQueue(queue), deadQueue(queue)]),
];

/**
 * The least that lets the user's process work. Every connection declares everything (contract, section 1), so each may configure it; to
 * bind the ratings' queues takes the right to write to them and to read the exchange. A dead queue is for operators alone.
 */
export function permissionsOf(user: BrokerUser): Permissions {
  const consumed = consumedBy[user].flatMap((queue) => [queue, retryQueue(queue)]);
  const ratings = user === 'worker-order' ? [ratingsExchange] : [];
  return {
    configure: exactly(declared),
    write: exactly([defaultExchange, ...ratings, ...ratingQueues]),
    read: exactly([ratingsExchange, ...consumed]),
  };
}

const exactly = (names: string[]): string => `^(${names.map((name) => name.replaceAll('.', '\\.')).join('|')})$`;
