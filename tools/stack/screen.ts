import { table } from '../cli/output';
import { processNames, serviceNames, type Addresses } from './addresses';
import type { PartStatus } from './part';

/** Every URL that a person can open or connect to. */
export function addressLines(addresses: Addresses): string[] {
  const row = (title: string, address: string) => `  ${title.padEnd(24)} ${address}`;
  return [
    ...serviceNames.map((service) => row(`${service} API`, addresses.api[service])),
    row('Temporal', addresses.temporal),
    ...(addresses.temporalUi ? [row('Temporal Web UI', addresses.temporalUi)] : []),
    row('RabbitMQ', addresses.rabbitmq),
    ...(addresses.rabbitmqManagement ? [row('RabbitMQ management', withLogin(addresses.rabbitmqManagement))] : []),
    row('Redis', addresses.redis),
    ...serviceNames.map((service) => row(`${service} database`, addresses.postgres[service])),
  ];
}

function withLogin(url: string): string {
  const { username, password, origin } = new URL(url);
  return username ? `${origin}  (login ${username}, password ${password})` : origin;
}

export function metricsLines({ metrics, rabbitmqMetrics }: Addresses): string[] {
  const row = (name: string, address: string) => `  ${`metrics of ${name}`.padEnd(28)} ${address}`;
  return [
    ...processNames.map((name) => row(name, metrics[name])),
    ...(rabbitmqMetrics ? [row('rabbitmq', rabbitmqMetrics)] : []),
  ];
}

/** A line for each part below the headings. */
export const partsTable = (parts: PartStatus[]): string[] =>
  table([
    ['PART', 'PID', 'STATE', 'ADDRESS', 'RESTARTS', 'LOG'],
    ...parts.map(({ name, pid, state, address, restarts, log }) => [name, pid, state, address, restarts, log]),
  ]);
