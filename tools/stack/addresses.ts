import { LOOPBACK, type Ports } from './ports';

export const SERVICES = ['user', 'restaurant', 'delivery'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** The workers, by what they are called and the folder that holds them. */
export const WORKERS = ['order', 'restaurant', 'delivery'] as const;

/** Our own programs, by their names as parts. */
export const PROCESSES = [
  ...SERVICES.map((service) => `api-${service}` as const),
  ...WORKERS.map((worker) => `worker-${worker}` as const),
];
export type ProcessName = (typeof PROCESSES)[number];

/** Where everything of a stack is; null where nobody told us. */
export interface Addresses {
  api: Record<ServiceName, string>;
  temporal: string;
  temporalUi: string | null;
  rabbitmq: string;
  rabbitmqManagement: string | null;
  /** Each queue by its name. */
  rabbitmqMetrics: string | null;
  redis: string;
  postgres: Record<ServiceName, string>;
  /** Of each process. */
  metrics: Record<ProcessName, string>;
}

export const SERVERS = ['postgres', 'redis', 'rabbitmq', 'temporal'] as const;
export type ServerName = (typeof SERVERS)[number];

/** The servers that the environment gives an address of: they are used, not started. */
export type ExternalServers = Record<ServerName, boolean>;

export const POSTGRES_USER = 'postgres';

function databaseVariable(service: ServiceName): string {
  return `${service.toUpperCase()}_DATABASE_URL`;
}

/** PostgreSQL is external only when all three databases are: ours serves those that are not. */
export function externalServers(env: NodeJS.ProcessEnv): ExternalServers {
  return {
    temporal: Boolean(env['TEMPORAL_ADDRESS']),
    rabbitmq: Boolean(env['RABBITMQ_URL']),
    redis: Boolean(env['REDIS_URL']),
    postgres: SERVICES.every((service) => Boolean(env[databaseVariable(service)])),
  };
}

/** The servers that a stack has to run itself, out of `only` or all. */
export function serversToRun(env: NodeJS.ProcessEnv, only: string[] = [...SERVERS]): Set<ServerName> {
  const external = externalServers(env);
  return new Set(SERVERS.filter((name) => !external[name] && only.includes(name)));
}

/** The addresses that the environment gives, and those of our own servers for the rest. */
export function resolveAddresses(env: NodeJS.ProcessEnv, ports: Ports): Addresses {
  const external = externalServers(env);
  const local = (port: number) => `http://${LOOPBACK}:${port}`;
  const database = (service: ServiceName) =>
    env[databaseVariable(service)] ||
    `postgresql://${POSTGRES_USER}:${POSTGRES_USER}@${LOOPBACK}:${ports.postgres}/${service}_service`;
  return {
    api: {
      user: local(ports['api-user']),
      restaurant: local(ports['api-restaurant']),
      delivery: local(ports['api-delivery']),
    },
    temporal: env['TEMPORAL_ADDRESS'] || `${LOOPBACK}:${ports.temporal}`,
    temporalUi: env['TEMPORAL_UI_URL'] || (external.temporal ? null : local(ports['temporal-ui'])),
    rabbitmq: env['RABBITMQ_URL'] || `amqp://guest:guest@${LOOPBACK}:${ports.rabbitmq}`,
    rabbitmqManagement:
      env['RABBITMQ_MANAGEMENT_URL'] ||
      (external.rabbitmq ? null : `http://guest:guest@${LOOPBACK}:${ports['rabbitmq-management']}`),
    rabbitmqMetrics: external.rabbitmq
      ? null
      : `${local(ports['rabbitmq-metrics'])}/metrics/detailed?family=queue_coarse_metrics&family=queue_consumer_count`,
    redis: env['REDIS_URL'] || `redis://${LOOPBACK}:${ports.redis}`,
    postgres: { user: database('user'), restaurant: database('restaurant'), delivery: database('delivery') },
    metrics: Object.fromEntries(
      PROCESSES.map((name) => [name, `${local(ports[`metrics-${name}`])}/metrics`]),
    ) as Addresses['metrics'],
  };
}

/** What every service and every test of a stack gets to know, by variable. */
export function stackEnvironment(addresses: Addresses, env: NodeJS.ProcessEnv): Record<string, string> {
  return {
    HOST: LOOPBACK,
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

/** The addresses in the shape in which `status --json` prints them. */
export function addressesAsJson({ api, ...servers }: Addresses): object {
  return { ...api, ...servers };
}
