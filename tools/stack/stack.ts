import { externalServers, resolveAddresses, type Addresses, type ExternalServers } from './addresses';
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

/** Thrown by `start` when `stop` was called meanwhile. */
export class StartInterrupted extends Error {
  override readonly name = 'StartInterrupted';
}

const SERVER_NAMES = ['postgres', 'redis', 'rabbitmq', 'temporal'] as const satisfies (keyof ExternalServers)[];

/** All parts of one stack, from the first server to the last service. */
export class Stack {
  addresses: Addresses | null = null;
  binaries: ServerBinaries = {};
  ports: Ports | null = null;
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
  async start(): Promise<void> {
    const { instance, env, serversOnly } = this.options;
    createFolders(instance);
    this.binaries = await ensureServers(this.ownServers(), this.options);
    this.ports = await this.claims.choose(this.options.ports);
    this.addresses = resolveAddresses(env, this.ports);
    const services = serversOnly ? [] : serviceParts({ addresses: this.addresses, ports: this.ports, env });
    await withProgress('Starting the servers', async () => {
      await this.startServers();
      await this.prepareServers();
    });
    await withProgress('Starting the services', () => this.startParts(this.selected(services)));
    this.throwIfStopping();
    this.phase = 'ready';
  }

  status(): StackStatus {
    const external = Object.entries(externalServers(this.options.env)).filter(
      ([name, yes]) => yes && this.includes(name),
    );
    const externalParts = external.map(([name]): PartStatus => {
      const address = name === 'postgres' ? this.addresses?.postgres.user : this.addresses?.[name as 'temporal'];
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
    for (const runner of this.runners.values()) runner.kill();
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

  private async startServers(): Promise<void> {
    const { instance, durable, say } = this.options;
    const { postgres, redis, rabbitmq, temporal } = this.binaries;
    const ports = this.ports!;
    const chains: Part[][] = [];
    if (postgres) chains.push([await postgresPart({ binaries: postgres, instance, ports, durable, say })]);
    if (redis) chains.push([redisPart(redis, instance, ports)]);
    if (rabbitmq) chains.push(rabbitmqParts(rabbitmq, instance, ports));
    if (temporal) chains.push([temporalPart(temporal, instance, ports)]);
    await settleAll(
      chains.map(async (chain) => {
        for (const part of chain) await this.startParts([part]);
      }),
    );
  }

  /** Databases with their tables, and the search attributes. */
  private async prepareServers(): Promise<void> {
    this.throwIfStopping();
    await settleAll([
      this.includes('postgres') ? prepareDatabases(this.addresses!) : Promise.resolve(),
      this.includes('temporal') ? prepareTemporal(this.addresses!, this.options.env) : Promise.resolve(),
    ]);
  }

  private async startParts(parts: Part[]): Promise<void> {
    await settleAll(
      parts.map(async (part) => {
        this.throwIfStopping();
        const logFile = logFileOf(this.options.instance, part.name);
        const runner = new PartRunner(part, { logFile, warden: this.warden, say: this.options.say });
        this.runners.set(part.name, runner);
        await runner.start();
      }),
    );
    this.throwIfStopping();
  }

  private ownServers(): Set<keyof ExternalServers> {
    const external = externalServers(this.options.env);
    return new Set(SERVER_NAMES.filter((name) => !external[name] && this.includes(name)));
  }

  private selected(parts: Part[]): Part[] {
    return parts.filter((part) => this.includes(part.name));
  }

  private includes(name: string): boolean {
    return this.options.only?.includes(name) ?? true;
  }

  private throwIfStopping(): void {
    if (this.stopping) throw new StartInterrupted('stopped while starting');
  }
}

function isServer(name: string): boolean {
  return (SERVER_NAMES as readonly string[]).includes(name);
}

/** Rejects with the first failure, but only when all have settled: none starts on unseen. */
async function settleAll(work: Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
