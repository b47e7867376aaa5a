import { externalServers, resolveAddresses, serverNames, serversToRun, type Addresses } from './addresses';
import type { StackStatus } from './control';
import { ensureServers, type ServerBinaries } from './find/servers';
import { createFolders, logFileOf, type Instance } from './instance';
import { serviceParts, type Part, type PartStatus, type ServerOptions } from './part';
import { createPartRunner, type PartRunner } from './part-runner';
import { createPortClaims, type PortPolicy } from './ports';
import { withProgress } from './screen';
import { postgresPart, prepareDatabases } from './servers/postgres';
import { rabbitmqParts } from './servers/rabbitmq';
import { redisPart } from './servers/redis';
import { registerSearchAttributes } from './servers/search-attributes';
import { temporalPart } from './servers/temporal';
import type { Warden } from './warden';

export interface StackOptions extends Pick<ServerOptions, 'durable' | 'postgresSettings'> {
  instance: Instance;
  ports: PortPolicy;
  yes: boolean;
  serversOnly: boolean;
  only?: string[];
  /** Remove what an earlier run has stored. */
  fresh: boolean;
  env: NodeJS.ProcessEnv;
}

export class StartInterruptedError extends Error {
  override readonly name = 'StartInterruptedError';
}

export type Stack = ReturnType<typeof createStack>;

export function createStack(options: StackOptions, warden: Warden) {
  const { instance, env } = options;
  const parts = createPartSet(instance, warden);
  const claims = createPortClaims();
  let addresses: Addresses | null = null;
  let phase: StackStatus['phase'] = 'starting';

  async function startInOrder(): Promise<Addresses> {
    createFolders(instance);
    const binaries = await ensureServers(serversToRun(env, options.only), options);
    const ports = await claims.choose(options.ports);
    const resolved = (addresses = resolveAddresses(env, ports));
    await withProgress('Starting the servers', async () => {
      await Promise.all((await serverParts(binaries, { ...options, ports })).map(parts.startOneByOne));
      parts.throwIfStopping();
      await Promise.all([
        isIncluded('postgres', options) && prepareDatabases(resolved),
        isIncluded('temporal', options) && registerSearchAttributes({ ...env, TEMPORAL_ADDRESS: resolved.temporal }),
      ]);
    });
    const services = serviceParts(resolved, ports, env).filter(({ name }) => isIncluded(name, options));
    if (!options.serversOnly) await withProgress('Starting the services', () => parts.start(services));
    parts.throwIfStopping();
    return resolved;
  }

  return {
    /**
     * Starts everything, servers first. Resolves when every part is ready, to the addresses. Throws PartFailedError, ExpectedError or
     * MigrationError, and StartInterruptedError after a `stop`. What had been started then still runs: `stop` it.
     */
    async start(): Promise<Addresses> {
      try {
        const started = await startInOrder();
        phase = 'ready';
        return started;
      } catch (error) {
        parts.throwIfStopping(); // A part that the stop has ended did not fail.
        throw error;
      }
    },
    status: (): StackStatus => ({
      phase,
      addresses,
      parts: [...externalParts(options, addresses), ...parts.statuses()],
    }),
    /** Throws an Error when this stack has no such part. */
    part: parts.named,
    /** Resolves as soon as a stop begins. */
    stopping: parts.stopping,
    /** Stops the services first, so that they can finish their work while the servers still answer. A second call waits for the same stop. */
    stop(): Promise<void> {
      phase = 'stopping';
      return parts.stop().then(() => claims.releaseAll());
    },
    kill: parts.kill,
  };
}

function createPartSet(instance: Instance, warden: Warden) {
  const runners: PartRunner[] = [];
  let stopped: Promise<void> | undefined;
  let announceStop = () => {};
  const stopping = new Promise<void>((resolve) => (announceStop = resolve));

  const throwIfStopping = () => {
    if (stopped) throw new StartInterruptedError('stopped while starting');
  };

  async function start(parts: Part[]): Promise<void> {
    throwIfStopping();
    const added = parts.map((part) => createPartRunner(part, logFileOf(instance, part.name), warden));
    runners.push(...added);
    await Promise.all(added.map((runner) => runner.start()));
  }

  return {
    throwIfStopping,
    start,
    startOneByOne: async (parts: Part[]): Promise<void> => {
      for (const part of parts) await start([part]);
    },
    statuses: () => runners.map((runner) => runner.status()),
    named: (name: string): PartRunner => {
      const runner = runners.find((each) => each.name === name);
      if (runner) return runner;
      throw new Error(`no part "${name}"; there are ${runners.map((each) => each.name).join(', ')}`);
    },
    stopping,
    stop: (): Promise<void> => {
      announceStop();
      return (stopped ??= stopInOrder(runners));
    },
    kill: () => {
      for (const runner of runners) {
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
  const isServer = (name: string) => (serverNames as readonly string[]).includes(name);
  const roundOf = ({ name }: PartRunner) => (name === 'epmd' ? 'last' : isServer(name) ? 'second' : 'first');
  for (const round of ['first', 'second', 'last']) {
    await Promise.all(runners.filter((runner) => roundOf(runner) === round).map((runner) => runner.stop()));
  }
}
