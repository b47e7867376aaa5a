/** Where everything of a stack is, and the environment variables that say so. */
import { loopback, type Ports } from './ports';

export const serviceNames = ['user', 'restaurant', 'delivery'] as const;
export type ServiceName = (typeof serviceNames)[number];

/** The workers, each by its folder below `workers/`. */
export const workerNames = ['order', 'restaurant', 'delivery'] as const;

/** Our own programs, by their names as parts. */
export const processNames = [
  ...serviceNames.map((service) => `api-${service}` as const),
  ...workerNames.map((worker) => `worker-${worker}` as const),
];
export type ProcessName = (typeof processNames)[number];

export const serverNames = ['postgres', 'redis', 'rabbitmq', 'temporal'] as const;
export type ServerName = (typeof serverNames)[number];

/** Null where an external server's address is not known. */
export interface Addresses {
  api: Record<ServiceName, string>;
  temporal: string;
  temporalUi: string | null;
  rabbitmq: string;
  rabbitmqManagement: string | null;
  /** Metrics of each queue. */
  rabbitmqMetrics: string | null;
  redis: string;
  postgres: Record<ServiceName, string>;
  metrics: Record<ProcessName, string>;
}

export const postgresUser = 'postgres';

const databaseVariable = (service: ServiceName): string => `${service.toUpperCase()}_DATABASE_URL`;

/**
 * The servers that the environment has an address of: they are used, not started. PostgreSQL is external only when all three databases are;
 * ours serves those that are not.
 */
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

/** The addresses that the environment has, and those of our own servers for the rest. */
export function resolveAddresses(env: NodeJS.ProcessEnv, ports: Ports): Addresses {
  const external = externalServers(env);
  const local = (port: number) => `http://${loopback}:${port}`;
  const database = (service: ServiceName) =>
    env[databaseVariable(service)] ||
    `postgresql://${postgresUser}:${postgresUser}@${loopback}:${ports.postgres}/${service}_service`;
  return {
    api: {
      user: local(ports['api-user']),
      restaurant: local(ports['api-restaurant']),
      delivery: local(ports['api-delivery']),
    },
    temporal: env['TEMPORAL_ADDRESS'] || `${loopback}:${ports.temporal}`,
    temporalUi: env['TEMPORAL_UI_URL'] || (external.temporal ? null : local(ports['temporal-ui'])),
    rabbitmq: env['RABBITMQ_URL'] || `amqp://guest:guest@${loopback}:${ports.rabbitmq}`,
    rabbitmqManagement:
      env['RABBITMQ_MANAGEMENT_URL'] ||
      (external.rabbitmq ? null : `http://guest:guest@${loopback}:${ports['rabbitmq-management']}`),
    rabbitmqMetrics: external.rabbitmq
      ? null
      : `${local(ports['rabbitmq-metrics'])}/metrics/detailed?family=queue_coarse_metrics&family=queue_consumer_count`,
    redis: env['REDIS_URL'] || `redis://${loopback}:${ports.redis}`,
    postgres: { user: database('user'), restaurant: database('restaurant'), delivery: database('delivery') },
    metrics: Object.fromEntries(
      processNames.map((name) => [name, `${local(ports[`metrics-${name}`])}/metrics`]),
    ) as Addresses['metrics'],
  };
}

/** The variables by which a service, a tool or a test finds the system. */
export function stackEnvironment(addresses: Addresses, env: NodeJS.ProcessEnv): Record<string, string> {
  return {
    HOST: loopback,
    USER_SERVICE_URL: addresses.api.user,
    RESTAURANT_SERVICE_URL: addresses.api.restaurant,
    DELIVERY_SERVICE_URL: addresses.api.delivery,
    TEMPORAL_ADDRESS: addresses.temporal,
    TEMPORAL_NAMESPACE: env['TEMPORAL_NAMESPACE'] || 'default',
    RABBITMQ_URL: addresses.rabbitmq,
    REDIS_URL: addresses.redis,
    USER_DATABASE_URL: addresses.postgres.user,
    RESTAURANT_DATABASE_URL: addresses.postgres.restaurant,
    DELIVERY_DATABASE_URL: addresses.postgres.delivery,
    ...(addresses.temporalUi && { TEMPORAL_UI_URL: addresses.temporalUi }),
    ...(addresses.rabbitmqManagement && { RABBITMQ_MANAGEMENT_URL: addresses.rabbitmqManagement }),
  };
}
