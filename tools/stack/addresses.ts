/** Where everything of a stack is, and the environment variables that say so. */
import { loopback, type Ports } from './ports';

export const serviceNames = ['user', 'restaurant', 'delivery'] as const;
export type ServiceName = (typeof serviceNames)[number];

const workerNames = ['order', 'restaurant', 'delivery'] as const;
/** Our own programs, by their names as parts. The second half of a name is the folder below `api/` or `workers/`. */
export const processNames = [
  ...serviceNames.map((service) => `api-${service}` as const),
  ...workerNames.map((worker) => `worker-${worker}` as const),
];
export type ProcessName = (typeof processNames)[number];

export const serverNames = ['postgres', 'redis', 'rabbitmq', 'temporal'] as const;
export type ServerName = (typeof serverNames)[number];

export const postgresUser = 'postgres';

const databaseVariable = (service: ServiceName): string => `${service.toUpperCase()}_DATABASE_URL`;

/** The servers that the environment has an address of, which are used, not started; PostgreSQL only when it has all three databases. */
export function externalServers(env: NodeJS.ProcessEnv): Record<ServerName, boolean> {
  return {
    temporal: Boolean(env['TEMPORAL_ADDRESS']),
    rabbitmq: Boolean(env['RABBITMQ_URL']),
    redis: Boolean(env['REDIS_URL']),
    postgres: serviceNames.every((service) => Boolean(env[databaseVariable(service)])),
  };
}

/** The servers that a stack has to run itself, out of `only` or all. */
export function serversToRun(env: NodeJS.ProcessEnv, only: string[] = [...serverNames]): Set<ServerName> {
  const external = externalServers(env);
  return new Set(serverNames.filter((name) => !external[name] && only.includes(name)));
}

/** The addresses that the environment has, and those of our own servers for the rest; null where an external server's is not known. */
export function resolveAddresses(env: NodeJS.ProcessEnv, ports: Ports) {
  const external = externalServers(env);
  const local = (port: number) => `http://${loopback}:${port}`;
  const database = (service: ServiceName) =>
    env[databaseVariable(service)] ||
    `postgresql://${postgresUser}:${postgresUser}@${loopback}:${ports.postgres}/${service}_service`;
  const management = `http://guest:guest@${loopback}:${ports['rabbitmq-management']}`;
  const queueMetrics = 'metrics/detailed?family=queue_coarse_metrics&family=queue_consumer_count';
  return {
    api: byName(serviceNames, (service) => local(ports[`api-${service}`])),
    temporal: env['TEMPORAL_ADDRESS'] || `${loopback}:${ports.temporal}`,
    temporalUi: env['TEMPORAL_UI_URL'] || (external.temporal ? null : local(ports['temporal-ui'])),
    rabbitmq: env['RABBITMQ_URL'] || `amqp://guest:guest@${loopback}:${ports.rabbitmq}`,
    rabbitmqManagement: env['RABBITMQ_MANAGEMENT_URL'] || (external.rabbitmq ? null : management),
    rabbitmqMetrics: external.rabbitmq ? null : `${local(ports['rabbitmq-metrics'])}/${queueMetrics}`,
    redis: env['REDIS_URL'] || `redis://${loopback}:${ports.redis}`,
    postgres: byName(serviceNames, database),
    metrics: byName(processNames, (name) => `${local(ports[`metrics-${name}`])}/metrics`),
  };
}
const byName = <Name extends string>(names: readonly Name[], address: (name: Name) => string) =>
  Object.fromEntries(names.map((name) => [name, address(name)])) as Record<Name, string>;
export type Addresses = ReturnType<typeof resolveAddresses>;

/** The variables by which a service, a tool or a test finds the system. */
export function stackEnvironment(addresses: Addresses, env: NodeJS.ProcessEnv): Record<string, string> {
  const ofEachService = (suffix: string, urls: Record<ServiceName, string>) =>
    Object.fromEntries(serviceNames.map((service) => [`${service.toUpperCase()}_${suffix}`, urls[service]]));
  return {
    HOST: loopback,
    ...ofEachService('SERVICE_URL', addresses.api),
    ...ofEachService('DATABASE_URL', addresses.postgres),
    TEMPORAL_ADDRESS: addresses.temporal,
    TEMPORAL_NAMESPACE: env['TEMPORAL_NAMESPACE'] || 'default',
    RABBITMQ_URL: addresses.rabbitmq,
    REDIS_URL: addresses.redis,
    ...(addresses.temporalUi && { TEMPORAL_UI_URL: addresses.temporalUi }),
    ...(addresses.rabbitmqManagement && { RABBITMQ_MANAGEMENT_URL: addresses.rabbitmqManagement }),
  };
}
