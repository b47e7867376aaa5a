import { createRequire } from 'node:module';
import { join } from 'node:path';
import { table } from '../cli/cli';
import { serviceNames, type Addresses } from './addresses';
import { projectRoot } from './instance';
import type { PartStatus } from './part';

/** Shows on standard error how long `work` takes, as the preparation does before anything is compiled. Rejects as `work` does. */
export const { withProgress } = createRequire(__filename)(join(projectRoot, 'tools', 'prepare', 'run-step.cjs')) as {
  withProgress: <T>(label: string, work: () => Promise<T>) => Promise<T>;
};

const row = (title: string, address: string, width = 24) => `  ${title.padEnd(width)} ${address}`;

export function addressLines(addresses: Addresses): string[] {
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
  const all = Object.entries({ ...metrics, ...(rabbitmqMetrics && { rabbitmq: rabbitmqMetrics }) });
  return all.map(([name, address]) => row(`metrics of ${name}`, address, 28));
}

export const partsTable = (parts: PartStatus[]): string[] =>
  table([
    ['PART', 'PID', 'STATE', 'ADDRESS', 'RESTARTS', 'LOG'],
    ...parts.map(({ name, pid, state, address, restarts, log }) => [name, pid, state, address, restarts, log]),
  ]);
