import { serverNames, externalServers, resolveAddresses, serversToRun, type Addresses } from './addresses';
import type { StackStatus } from './control';
import { ensureServers, type ServerBinaries } from './find/servers';
import { createFolders, logFileOf, type Instance } from './instance';
import type { Part, PartStatus } from './part';
import { PartRunner } from './part-runner';
import { PortClaims, type PortPolicy, type Ports } from './ports';
import { withProgress } from './progress';
import { postgresPart } from './servers/postgres';
import { prepareDatabases, prepareTemporal } from './servers/prepare';
import { rabbitmqParts } from './servers/rabbitmq';
import { redisPart } from './servers/redis';
import { temporalPart } from './servers/temporal';
import { serviceParts } from './services';
import type { Warden } from './warden-client';

export interface StackOptions {
  instance: Instance;
  ports: PortPolicy;
  /** Install what is missing without asking. */
  yes: boolean;
  /** Only the servers, for somebody who runs the services. */
  serversOnly: boolean;
  /** Only the parts of these names; everything if undefined. */
  only?: string[];
  /** False: the data are thrown away afterwards and need not survive a crash. */
  durable: boolean;
  env: NodeJS.ProcessEnv;
  say: (line: string) => void;
}

/** What a started stack consists of. */
export interface RunningStack {
  addresses: Addresses;
  ports: Ports;
  /** Of the servers that it runs itself. */
  binaries: ServerBinaries;
}

/** Thrown by `start` when `stop` was called meanwhile. */
export class StartInterrupted extends Error {
  override readonly name = 'StartInterrupted';
}

/** All parts of one stack, from the first server to the last service. */
export class Stack {
  private addresses: Addresses | null = null;
  private phase: StackStatus['phase'] = 'starting';
  private readonly runners = new Map<string, PartRunner>();
  private readonly claims = new PortClaims();
  private stopping: Promise<void> | undefined;

  constructor(
    private readonly options: StackOptions,
    private readonly warden: Warden,
  ) {}

  /**
   * Starts everything, servers first. Resolves when every part is ready.
   * @throws PartFailed, ServerMissing, MigrationError; StartInterrupted after a `stop`.
   * What had been started then still runs: `stop` it.
   */
  async start(): Promise<RunningStack> {
    try {
      const running = await this.startInOrder();
      this.throwIfStopping();
      this.phase = 'ready';
      return running;
    } catch (error) {
      this.throwIfStopping(); // Whatever was cut off by that is no failure.
      throw error;
    }
  }

  status(): StackStatus {
    const external = externalServers(this.options.env);
    const externalParts = serverNames
      .filter((name) => external[name] && this.includes(name))
      .map((name): PartStatus => {
        const address = name === 'postgres' ? this.addresses?.postgres.user : this.addresses?.[name];
        return { name, pid: null, state: 'external', address: address ?? null, restarts: 0, log: null };
      });
    return {
      phase: this.phase,
      addresses: this.addresses,
      parts: [...externalParts, ...[...this.runners.values()].map((runner) => runner.status())],
    };
  }

  /** @throws Error if there is no such part in this stack. */
  part(name: string): PartRunner {
    const runner = this.runners.get(name);
    if (!runner) throw new Error(`no part "${name}"; there are ${[...this.runners.keys()].join(', ')}`);
    return runner;
  }

  /** Services first, so that they can finish their work while the servers still answer. */
  stop(): Promise<void> {
    this.stopping ??= this.stopInOrder();
    return this.stopping;
  }

  /** Ends everything at once. */
  kill(): void {
    for (const runner of this.runners.values()) {
      void runner.stop(); // So that it is not started again.
      runner.kill();
    }
  }

  private async startInOrder(): Promise<RunningStack> {
    const { instance, env, serversOnly, only } = this.options;
    createFolders(instance);
    const binaries = await ensureServers(serversToRun(env, only), this.options);
    const ports = await this.claims.choose(this.options.ports);
    const addresses = resolveAddresses(env, ports);
    this.addresses = addresses;
    await withProgress('Starting the servers', async () => {
      await this.startServers(binaries, ports);
      await this.prepareServers(addresses);
    });
    const services = serversOnly ? [] : serviceParts({ addresses, ports, env });
    await withProgress('Starting the services', () =>
      this.startParts(services.filter(({ name }) => this.includes(name))),
    );
    return { addresses, ports, binaries };
  }

  private async stopInOrder(): Promise<void> {
    this.phase = 'stopping';
    const stop = (runners: PartRunner[]) => Promise.all(runners.map((runner) => runner.stop()));
    const all = [...this.runners.values()];
    const servers = all.filter(({ part }) => isServer(part.name));
    await stop(all.filter(({ part }) => !isServer(part.name) && part.name !== 'epmd'));
    await stop(servers);
    await stop(all); // Only epmd is left, which the broker needed to the end.
    this.claims.releaseAll();
  }

  private async startServers({ postgres, redis, rabbitmq, temporal }: ServerBinaries, ports: Ports): Promise<void> {
    const { instance, durable, say } = this.options;
    const chains: Part[][] = [];
    if (postgres) chains.push([await postgresPart({ binaries: postgres, instance, ports, durable, say })]);
    if (redis) chains.push([redisPart(redis, instance, ports)]);
    if (rabbitmq) chains.push(rabbitmqParts({ binaries: rabbitmq, instance, ports, durable }));
    if (temporal) chains.push([temporalPart(temporal, instance, ports)]);
    const startOneByOne = async (chain: Part[]) => {
      for (const part of chain) await this.startParts([part]);
    };
    await Promise.all(chains.map(startOneByOne));
  }

  /** Databases with their tables, and the search attributes. */
  private async prepareServers(addresses: Addresses): Promise<void> {
    this.throwIfStopping();
    await Promise.all([
      this.includes('postgres') && prepareDatabases(addresses),
      this.includes('temporal') && prepareTemporal(addresses, this.options.env),
    ]);
  }

  private async startParts(parts: Part[]): Promise<void> {
    this.throwIfStopping();
    const runners = parts.map((part) => {
      const logFile = logFileOf(this.options.instance, part.name);
      const runner = new PartRunner(part, { logFile, warden: this.warden, say: this.options.say });
      this.runners.set(part.name, runner);
      return runner;
    });
    await Promise.all(runners.map((runner) => runner.start()));
  }

  private includes(name: string): boolean {
    return this.options.only?.includes(name) ?? true;
  }

  private throwIfStopping(): void {
    if (this.stopping) throw new StartInterrupted('stopped while starting');
  }
}

function isServer(name: string): boolean {
  return (serverNames as readonly string[]).includes(name);
}
