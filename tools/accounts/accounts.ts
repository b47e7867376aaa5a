import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import {
  deadQueue,
  eventQueues,
  eventsExchange,
  queues,
  ratingsExchange,
  retryQueue,
  type QueueName,
} from '../../contracts/names';
import { connectionTo } from '../../lib/postgres/session';
import { requestManagement } from '../broker/management';

/** The queues that each of our processes consumes, by the name of its RabbitMQ user. */
const consumedBy = {
  'api-delivery': [],
  'worker-order': [queues.agentAssigned, queues.adoptOrder],
  'worker-restaurant': [queues.placeOrder, queues.changeOrderStatus, queues.restaurantRatings, queues.restaurantEvents],
  'worker-delivery': [queues.assignAgent, queues.updateDeliveryStatus, queues.deliveryRatings, queues.deliveryEvents],
} satisfies Record<string, QueueName[]>;

export type BrokerUser = keyof typeof consumedBy;
export const brokerUsers = Object.keys(consumedBy) as BrokerUser[];

/** The variable of a user's password, such as `WORKER_ORDER_RABBITMQ_PASSWORD`. */
export const passwordVariable = (user: BrokerUser): string =>
  `${user.toUpperCase().replaceAll('-', '_')}_RABBITMQ_PASSWORD`;

const exchanges = [ratingsExchange, eventsExchange];
const bound = [queues.restaurantRatings, queues.deliveryRatings, ...eventQueues.map(({ queue }) => queue)];

const declared = [
  ...exchanges,
  ...Object.values(queues).flatMap((queue) => [queue, retryQueue(queue), deadQueue(queue)]),
];

/**
 * The least permissions in a virtual host with which the user's process works: regular expressions over names of queues and exchanges. Every
 * connection declares everything (contract, section 1), which takes the permission to configure it; binding a queue to an exchange takes the
 * permission to write to it and to read the exchange. Only operators access dead queues.
 */
export function permissionsOf(user: BrokerUser) {
  const consumed = consumedBy[user].flatMap((queue) => [queue, retryQueue(queue)]);
  const published = user === 'worker-order' ? exchanges : [];
  // The default exchange leads to every queue; requests, replies and copies are published to it.
  const written = ['amq.default', ...published, ...bound];
  return { configure: exactly(declared), write: exactly(written), read: exactly([...exchanges, ...consumed]) };
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

interface DatabaseAccount {
  /** The database with an administrator's login. Its tables must exist. */
  adminUrl: string;
  /** The CA of the server's certificate, as in `connectionTo`. */
  ca?: string;
  user: string;
  password: string;
}

/** Creates or updates the user, who then can read and write rows, but change no table. Others, except the administrator, can no longer connect. */
export async function setDatabaseUser({ adminUrl, ca, user, password }: DatabaseAccount): Promise<void> {
  const client = new Client({ ...connectionTo(adminUrl, ca), connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [user]);
    await client.query(statements(client.database ?? '', user, password, rowCount === 0).join(';\n'));
  } finally {
    await client.end();
  }
}

function statements(database: string, user: string, password: string, isNew: boolean): string[] {
  const [role, db] = [escapeIdentifier(user), escapeIdentifier(database)];
  const rows = 'SELECT, INSERT, UPDATE, DELETE';
  return [
    ...(isNew ? [`CREATE ROLE ${role}`] : []),
    `ALTER ROLE ${role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD ${escapeLiteral(password)}`,
    `REVOKE ALL ON DATABASE ${db} FROM PUBLIC`,
    `REVOKE CREATE ON SCHEMA public FROM PUBLIC`,
    `GRANT CONNECT ON DATABASE ${db} TO ${role}`,
    `GRANT USAGE ON SCHEMA public TO ${role}`,
    `GRANT ${rows} ON ALL TABLES IN SCHEMA public TO ${role}`,
    `GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${role}`,
    // For the tables of later migrations.
    `ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ${rows} ON TABLES TO ${role}`,
    `ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO ${role}`,
  ];
}
