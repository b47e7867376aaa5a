import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createConnection, createServer, type NetConnectOpts } from 'node:net';

export const loopback = '127.0.0.1';

/** Everything that a stack listens on, in the order in which `--port-base` counts. */
export const defaultPorts = {
  'api-user': 8001,
  'api-restaurant': 8002,
  'api-delivery': 8003,
  temporal: 7233,
  'temporal-ui': 8233,
  rabbitmq: 5672,
  'rabbitmq-management': 15672,
  redis: 6379,
  postgres: 5432,
  epmd: 4370,
  'rabbitmq-distribution': 25672,
  'rabbitmq-metrics': 15692,
  // The workers' health.
  'worker-order': 8004,
  'worker-restaurant': 8005,
  'worker-delivery': 8006,
  // Each process's metrics.
  'metrics-api-user': 8011,
  'metrics-api-restaurant': 8012,
  'metrics-api-delivery': 8013,
  'metrics-worker-order': 8014,
  'metrics-worker-restaurant': 8015,
  'metrics-worker-delivery': 8016,
} as const;

type PortName = keyof typeof defaultPorts;
export type Ports = Record<PortName, number>;

/** Which ports a stack prefers: the well-known ones, any free ones, or consecutive ones from a number on. */
export type PortPolicy = 'well-known' | 'any' | number;

const portNames = Object.keys(defaultPorts) as PortName[];

/** For `any`. Below the kernel's ephemeral ports (32768 on, Linux; 49152 on, macOS), which an outgoing connection could take first. */
const anyRange = { first: 20_000, last: 31_000 };

/** The preferred port of each name; pure but for `random` (0 <= random < 1). */
export function wantedPorts(policy: PortPolicy, random: () => number = Math.random): Ports {
  if (policy === 'well-known') return defaultPorts;
  const base = policy === 'any' ? anyRange.first + Math.floor(random() * (anyRange.last - anyRange.first)) : policy;
  return Object.fromEntries(portNames.map((name, index) => [name, base + index])) as Ports;
}

/** The ports of one stack. One is claimed by binding its UDP namesake, which the kernel gives to a single launcher, for as long as that runs. */
export function createPortClaims() {
  const claims = new Map<number, Socket>();

  async function claimNext(first: number): Promise<number> {
    for (let port = first; port <= 65_535; port += 1) {
      if (claims.has(port)) continue;
      const claim = await bindUdp(port);
      if (!claim) continue;
      // Both: on macOS two programs can listen on one port, by address.
      if (!(await isListening({ host: loopback, port })) && (await canListen(port))) {
        claims.set(port, claim);
        return port;
      }
      claim.close();
    }
    throw new Error(`no free port from ${first} on`);
  }

  return {
    /** The preferred port of each name, or the next free one after it. */
    async choose(policy: PortPolicy): Promise<Ports> {
      const wanted = wantedPorts(policy);
      const chosen: Partial<Ports> = {};
      for (const name of portNames) chosen[name] = await claimNext(wanted[name]);
      return chosen as Ports;
    },
    releaseAll() {
      for (const claim of claims.values()) claim.close();
      claims.clear();
    },
  };
}

async function bindUdp(port: number): Promise<Socket | undefined> {
  const socket = createSocket('udp4');
  socket.bind({ address: loopback, port, exclusive: true });
  if (await succeeds(once(socket, 'listening'))) return socket.unref();
  socket.close();
  return undefined;
}

export async function isListening(address: NetConnectOpts): Promise<boolean> {
  const socket = createConnection(address);
  const accepted = await succeeds(once(socket, 'connect'));
  socket.destroy();
  return accepted;
}

async function canListen(port: number): Promise<boolean> {
  const server = createServer().listen({ host: loopback, port });
  if (!(await succeeds(once(server, 'listening')))) return false;
  await once(server.close(), 'close');
  return true;
}

const succeeds = (attempt: Promise<unknown>): Promise<boolean> =>
  attempt.then(
    () => true,
    () => false,
  );
