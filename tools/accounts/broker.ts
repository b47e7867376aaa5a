import { deadQueue, queues, ratingsExchange, retryQueue, type QueueName } from '../../contracts/names';
import { requestManagement } from '../broker/management';

/** The queues that each of our processes consumes, by the name of its RabbitMQ user. */
const consumedBy = {
  'api-delivery': [],
  'worker-order': [queues.agentAssigned, queues.adoptOrder],
  'worker-restaurant': [queues.placeOrder, queues.changeOrderStatus, queues.restaurantRatings],
  'worker-delivery': [queues.assignAgent, queues.updateDeliveryStatus, queues.deliveryRatings],
} satisfies Record<string, QueueName[]>;

export type BrokerUser = keyof typeof consumedBy;
export const brokerUsers = Object.keys(consumedBy) as BrokerUser[];

/** The variable of a user's password, such as `WORKER_ORDER_RABBITMQ_PASSWORD`. */
export const passwordVariable = (user: BrokerUser): string =>
  `${user.toUpperCase().replaceAll('-', '_')}_RABBITMQ_PASSWORD`;

const declared = [
  ratingsExchange,
  ...Object.values(queues).flatMap((queue) => [queue, retryQueue(queue), deadQueue(queue)]),
];

/**
 * The least permissions in a virtual host with which the user's process works: regular expressions over the names of queues and exchanges. Every connection declares everything (contract, section 1), which takes the
 * permission to configure it; binding the ratings' queues takes the permission to write to them and to read the exchange. Only operators
 * access dead queues.
 */
export function permissionsOf(user: BrokerUser) {
  const consumed = consumedBy[user].flatMap((queue) => [queue, retryQueue(queue)]);
  const ratings = user === 'worker-order' ? [ratingsExchange] : [];
  // The default exchange leads to every queue; requests, replies and copies are published to it.
  const written = ['amq.default', ...ratings, queues.restaurantRatings, queues.deliveryRatings];
  return { configure: exactly(declared), write: exactly(written), read: exactly([ratingsExchange, ...consumed]) };
}

const exactly = (names: string[]): string => `^(${names.map((name) => name.replaceAll('.', '\\.')).join('|')})$`;

interface BrokerAccount {
  /** The management interface with an administrator's login: `http://user:password@host:port`. */
  managementUrl: string;
  vhost: string;
  user: string;
  password: string;
  permissions: ReturnType<typeof permissionsOf>;
}

/** Creates or updates the user: afterwards it has this password and exactly these permissions. Throws when the broker refuses. */
export async function setBrokerUser({ managementUrl, vhost, user, password, permissions }: BrokerAccount) {
  const name = encodeURIComponent(user);
  await requestManagement(managementUrl, `users/${name}`, { password, tags: '' });
  await requestManagement(managementUrl, `permissions/${encodeURIComponent(vhost)}/${name}`, permissions);
}
