import { table } from '../cli/output';
import { processNames, serviceNames, type Addresses } from './addresses';
import type { PartStatus } from './part';

/** Every URL that a person may want to open or connect to. */
export function addressLines(addresses: Addresses): string[] {
  const row = (title: string, address: string) => `  ${title.padEnd(24)} ${address}`;
  return [
    ...serviceNames.map((service) => row(`${service} API`, addresses.api[service])),
    row('Temporal', addresses.temporal),
    ...(addresses.temporalUi ? [row('Temporal Web UI', addresses.temporalUi)] : []),
    row('RabbitMQ', addresses.rabbitmq),
    ...(addresses.rabbitmqManagement ? [managementRow(addresses.rabbitmqManagement)] : []),
    row('Redis', addresses.redis),
    ...serviceNames.map((service) => row(`${service} database`, addresses.postgres[service])),
  ];

  function managementRow(url: string): string {
    const { username, password, origin } = new URL(url);
    return row('RabbitMQ management', username ? `${origin}  (login ${username}, password ${password})` : origin);
  }
}

export function metricsLines({ metrics, rabbitmqMetrics }: Addresses): string[] {
  const row = (name: string, address: string) => `  ${`metrics of ${name}`.padEnd(28)} ${address}`;
  return [
    ...processNames.map((name) => row(name, metrics[name])),
    ...(rabbitmqMetrics ? [row('rabbitmq', rabbitmqMetrics)] : []),
  ];
}

/** The parts as a table, a line each below the headings. */
export const partsTable = (parts: PartStatus[]): string[] =>
  table([
    ['PART', 'PID', 'STATE', 'ADDRESS', 'RESTARTS', 'LOG'],
    ...parts.map(({ name, pid, state, address, restarts, log }) => [name, pid, state, address, restarts, log]),
  ]);
