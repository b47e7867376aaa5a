/** All parts of one stack, from the first server to the last service. */
import { externalServers, resolveAddresses, serverNames, serversToRun, type Addresses } from './addresses';
import type { StackStatus } from './control';
import { ensureServers, type ServerBinaries } from './find/servers';
import { createFolders, logFileOf, type Instance } from './instance';
import type { Part, PartStatus, ServerOptions } from './part';
import { createPartRunner, type PartRunner } from './part-runner';
import { createPortClaims, type PortPolicy, type Ports } from './ports';
import { withProgress } from './progress';
import { postgresPart } from './servers/postgres';
import { prepareDatabases, prepareTemporal } from './servers/prepare';
import { rabbitmqParts } from './servers/rabbitmq';
import { redisPart } from './servers/redis';
import { temporalPart } from './servers/temporal';
import { serviceParts } from './services';
import type { Warden } from './warden';

export interface StackOptions {
  instance: Instance;
  ports: PortPolicy;
  /** Install missing servers without asking. */
  yes: boolean;
  /** Run the servers and none of our own programs. */
  serversOnly: boolean;
  /** Only the parts of these names; all if undefined. */
  only?: string[] | undefined;
  /** As in ServerOptions. */
  durable: boolean;
  /** Remove what an earlier run has stored. */
  fresh: boolean;
  env: NodeJS.ProcessEnv;
}

/** What a started stack consists of. */
export interface RunningStack {
  addresses: Addresses;
  ports: Ports;
  /** Of the servers that it runs itself. */
  binaries: ServerBinaries;
}

/** `stop` was called during `start`. */
export class StartInterruptedError extends Error {
  override readonly name = 'StartInterruptedError';
}

export interface Stack {
  /**
   * Starts everything, servers first. Resolves when every part is ready. Throws PartFailedError, ServerMissingError or MigrationError, and
   * StartInterruptedError after a `stop`. What had been started then still runs: `stop` it.
   */
  start: () => Promise<RunningStack>;
  status: () => StackStatus;
  /** Throws an Error when this stack has no such part. */
  part: (name: string) => PartRunner;
  /** Stops the services first, so that they can finish their work while the servers still answer. Calling it again waits for the same stop. */
  stop: () => Promise<void>;
  /** Kills every part; none is restarted. */
  kill: () => void;
}

export function createStack(options: StackOptions, warden: Warden): Stack {
  const { instance, env } = options;
  const parts = createPartSet(instance, warden);
  const claims = createPortClaims();
  let addresses: Addresses | null = null;
  let phase: StackStatus['phase'] = 'starting';
  let stopping: Promise<void> | undefined;

  const throwIfStopping = () => {
    if (stopping) throw new StartInterruptedError('stopped while starting');
  };

  async function startInOrder(): Promise<RunningStack> {
    createFolders(instance);
    const binaries = await ensureServers(serversToRun(env, options.only), options);
    const ports = await claims.choose(options.ports);
    const resolved = (addresses = resolveAddresses(env, ports));
    const startOneByOne = async (chain: Part[]) => {
      for (const part of chain) {
        throwIfStopping();
        await parts.start([part]);
      }
    };
    await withProgress('Starting the servers', async () => {
      await Promise.all((await serverParts(binaries, { ...options, ports })).map(startOneByOne));
      throwIfStopping();
      await prepareServers(resolved, options);
    });
    throwIfStopping();
    const services = options.serversOnly ? [] : serviceParts({ addresses: resolved, ports, env });
    await withProgress('Starting the services', () =>
      parts.start(services.filter(({ name }) => isIncluded(name, options))),
    );
    throwIfStopping();
    return { addresses: resolved, ports, binaries };
  }

  return {
    async start() {
      try {
        const running = await startInOrder();
        phase = 'ready';
        return running;
      } catch (error) {
        throwIfStopping(); // A part that the stop has ended did not fail.
        throw error;
      }
    },
    status: () => ({ phase, addresses, parts: [...externalParts(options, addresses), ...parts.statuses()] }),
    part: parts.named,
    stop() {
      phase = 'stopping';
      return (stopping ??= parts.stop().then(claims.releaseAll));
    },
    kill: parts.kill,
  };
}

function createPartSet(instance: Instance, warden: Warden) {
  const runners = new Map<string, PartRunner>();
  return {
    async start(parts: Part[]): Promise<void> {
      const added = parts.map((part) => createPartRunner(part, logFileOf(instance, part.name), warden));
      for (const runner of added) runners.set(runner.name, runner);
      await Promise.all(added.map((runner) => runner.start()));
    },
    statuses: () => [...runners.values()].map((runner) => runner.status()),
    named: (name: string): PartRunner => {
      const runner = runners.get(name);
      if (!runner) throw new Error(`no part "${name}"; there are ${[...runners.keys()].join(', ')}`);
      return runner;
    },
    stop: () => stopInOrder([...runners.values()]),
    kill: () => {
      for (const runner of runners.values()) {
        void runner.stop(); // So that it is not restarted.
        runner.kill();
      }
    },
  };
}

const isIncluded = (name: string, { only }: StackOptions): boolean => only?.includes(name) ?? true;

/** The servers that the stack runs itself, each as a chain of parts that start one after the other. */
async function serverParts(binaries: ServerBinaries, options: ServerOptions): Promise<Part[][]> {
  const { postgres, redis, rabbitmq, temporal } = binaries;
  return [
    ...(postgres ? [[await postgresPart(postgres, options)]] : []),
    ...(redis ? [[redisPart(redis, options)]] : []),
    ...(rabbitmq ? [rabbitmqParts(rabbitmq, options)] : []),
    ...(temporal ? [[temporalPart(temporal, options)]] : []),
  ];
}

/** Databases with their tables, and the search attributes. */
async function prepareServers(addresses: Addresses, options: StackOptions): Promise<void> {
  await Promise.all([
    isIncluded('postgres', options) && prepareDatabases(addresses),
    isIncluded('temporal', options) && prepareTemporal(addresses, options.env),
  ]);
}

/** Servers that the environment has an address of, as rows of the status. */
function externalParts(options: StackOptions, addresses: Addresses | null): PartStatus[] {
  const external = externalServers(options.env);
  return serverNames
    .filter((name) => external[name] && isIncluded(name, options))
    .map((name) => {
      const address = name === 'postgres' ? addresses?.postgres.user : addresses?.[name];
      return { name, pid: null, state: 'external', address: address ?? null, restarts: 0, log: null };
    });
}

/** Services, then servers, then Erlang's port mapper, which the broker needs to the end. */
async function stopInOrder(runners: PartRunner[]): Promise<void> {
  const isServer = ({ name }: PartRunner) => (serverNames as readonly string[]).includes(name);
  const isPortMapper = ({ name }: PartRunner) => name === 'epmd';
  const stop = (some: PartRunner[]) => Promise.all(some.map((runner) => runner.stop()));
  await stop(runners.filter((runner) => !isServer(runner) && !isPortMapper(runner)));
  await stop(runners.filter(isServer));
  await stop(runners.filter(isPortMapper));
}
