import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'amqplib';
import type { RabbitmqBinaries } from '../find/binaries';
import { privateFolder } from '../instance';
import type { Part, ServerOptions } from '../part';
import { isListening, loopback, type Ports } from '../ports';

/** By which `rabbitmqctl` finds the broker. */
export const nodeName = 'food-delivery@localhost';

/** A broker, and before it Erlang's port mapper as a part with a port of its own: one that a broker started would outlive it. */
export function rabbitmqParts(binaries: RabbitmqBinaries, { instance, ports, durable }: ServerOptions): Part[] {
  const folder = privateFolder(join(instance.dataDir, 'rabbitmq'));
  const erlang = { ERL_EPMD_PORT: String(ports.epmd), ERL_EPMD_ADDRESS: loopback };
  const epmd: Part = {
    name: 'epmd',
    command: binaries.epmd,
    args: ['-port', String(ports.epmd), '-address', loopback],
    env: { ...process.env, ...erlang },
    cwd: folder,
    address: `${loopback}:${ports.epmd}`,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 2_000,
    readyTimeoutMs: 10_000,
    isReady: () => isListening({ host: loopback, port: ports.epmd }),
  };
  const broker: Part = {
    name: 'rabbitmq',
    command: binaries.server,
    args: [],
    env: { ...process.env, ...erlang, ...brokerEnvironment(folder, ports) },
    cwd: folder,
    address: `amqp://${loopback}:${ports.rabbitmq}`,
    stopSignal: durable ? 'SIGTERM' : 'SIGKILL', // A shutdown takes seconds.
    stopTimeoutMs: 15_000,
    readyTimeoutMs: 90_000,
    isReady: () => acceptsConnections(ports),
  };
  return [epmd, broker];
}

function brokerEnvironment(folder: string, ports: Ports): Record<string, string> {
  const configFile = join(folder, 'rabbitmq.conf');
  const pluginsFile = join(folder, 'enabled_plugins');
  const settings = [
    `listeners.tcp.local = ${loopback}:${ports.rabbitmq}`,
    'collect_statistics_interval = 1000', // Its default, 5 s, is long to watch a queue by.
    `management.tcp.ip = ${loopback}`,
    `management.tcp.port = ${ports['rabbitmq-management']}`,
    `prometheus.tcp.ip = ${loopback}`,
    `prometheus.tcp.port = ${ports['rabbitmq-metrics']}`,
  ];
  writeFileSync(configFile, `${settings.join('\n')}\n`);
  writeFileSync(pluginsFile, '[rabbitmq_management, rabbitmq_prometheus].\n');
  return {
    HOME: folder, // Of the Erlang cookie.
    RABBITMQ_NODENAME: nodeName,
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_LOGS: '-', // Standard output, which is the part's log.
    RABBITMQ_CONF_ENV_FILE: join(folder, 'no-system-settings'),
    RABBITMQ_CONFIG_FILE: configFile,
    RABBITMQ_ENABLED_PLUGINS_FILE: pluginsFile,
    RABBITMQ_DIST_PORT: String(ports['rabbitmq-distribution']),
    // "Allow input" makes the script become the Erlang VM instead of waiting for it, so that signals reach the broker; -noinput then takes
    // the input away again.
    RABBITMQ_ALLOW_INPUT: '1',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-noinput -start_epmd false -kernel inet_dist_use_interface {127,0,0,1}',
  };
}

async function acceptsConnections(ports: Ports): Promise<boolean> {
  const connection = await connect(`amqp://guest:guest@${loopback}:${ports.rabbitmq}`, { timeout: 2_000 });
  connection.on('error', () => undefined);
  await connection.close();
  const management = await fetch(`http://${loopback}:${ports['rabbitmq-management']}/`, {
    signal: AbortSignal.timeout(2_000),
  });
  return management.ok;
}
