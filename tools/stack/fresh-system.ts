/** Runs a command on a system of its own, which starts empty and ends with it. */
import { spawn } from 'node:child_process';
import { exitCodes } from '../cli/command';
import { printLines } from '../cli/output';
import { stackEnvironment } from './addresses';
import { findTemporal } from './find/temporal-cli';
import { instanceNamed, projectRoot, wipe, type Instance } from './instance';
import { withStack } from './launcher';
import type { PortPolicy } from './ports';
import { addressLines } from './screen';
import type { RunningStack } from './stack';
import type { Warden } from './warden';

/** Rate limits for a system that one address drives, as a benchmark or a test does: requests are counted as usual, and none is refused. */
export const ampleRateLimits = {
  RATE_LIMIT_READS_PER_MINUTE: '1000000000',
  RATE_LIMIT_WRITES_PER_MINUTE: '1000000000',
};

export interface FreshSystemOptions {
  /** Of the stack. What an earlier run under this name has left is removed first. */
  name: string;
  /** Install missing servers without asking. */
  yes?: boolean | undefined;
  /** Free ports by default, so that it runs beside any other stack. */
  ports?: PortPolicy | undefined;
  /** Variables for its processes, over this process's own environment. */
  env?: NodeJS.ProcessEnv;
  /** Whether the servers' data survive a crash, which is slower. False by default. */
  durable?: boolean;
  /** Leave data and logs there even if all is well. */
  keepData?: boolean;
  /** Leave the system up afterwards, until Ctrl-C. */
  stayUp?: boolean;
}

export interface FreshSystem extends RunningStack {
  /** This process's environment with everything that a process needs to find the system: addresses, AUTH_SECRET, STACK_SOCKET, STACK_NAME. */
  env: NodeJS.ProcessEnv;
  logsDir: string;
  /** The socket on which `askStack` reaches the launcher. */
  socketPath: string;
  /** Runs a script with Node on this terminal; it ends with the system. Resolves to its exit code. */
  runNode: (args: string[], env?: NodeJS.ProcessEnv) => Promise<number>;
}

/**
 * Starts a fresh system, has `use` work with it, and stops it. Resolves to the exit code that `use` resolves to; 1 if the system did not
 * start; 130 after Ctrl-C, which does not wait for `use`. Data and logs are removed if the code is 0. Rejects as `use` does, and throws
 * AlreadyRunningError when a stack of this name runs.
 */
export async function onFreshSystem(
  options: FreshSystemOptions,
  use: (system: FreshSystem) => Promise<number>,
): Promise<number> {
  const instance = instanceNamed(options.name);
  const env = { ...process.env, ...options.env };
  const launch = {
    instance,
    ports: options.ports ?? { kind: 'any' as const },
    yes: options.yes ?? false,
    serversOnly: false,
    durable: options.durable ?? false,
    fresh: true,
    env,
  };
  const code = await withStack(launch, async ({ warden, stopping, ...running }) => {
    const children = createChildren(warden, stopping);
    const systemEnv = systemEnvironment(instance, running, env);
    const system: FreshSystem = {
      ...running,
      env: systemEnv,
      logsDir: instance.logsDir,
      socketPath: instance.socketPath,
      runNode: (args, more) => children.run(args, { ...systemEnv, ...more }),
    };
    const interrupted = stopping.then(() => exitCodes.interrupted);
    const result = await Promise.race([use(system), interrupted]);
    await children.ended();
    if (options.stayUp && result !== exitCodes.interrupted) {
      printLines(['', 'The system stays up; Ctrl-C stops it:', ...addressLines(running.addresses)]);
      await stopping;
    }
    return result;
  });
  if (code === exitCodes.fine && !options.keepData) wipe(instance);
  return code;
}

function systemEnvironment(instance: Instance, running: RunningStack, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const temporalCli = running.binaries.temporal ?? findTemporal(); // The second beside an external server.
  return {
    ...env,
    ...stackEnvironment(running.addresses, env),
    STACK_SOCKET: instance.socketPath,
    STACK_NAME: instance.name,
    ...(temporalCli && { TEMPORAL_CLI: temporalCli }),
  };
}

/** Programs that end with the launcher, however it ends. They get SIGTERM as soon as it stops. */
function createChildren(warden: Warden, stopping: Promise<void>) {
  const running = new Set<Promise<number>>();
  const run = (args: string[], env: NodeJS.ProcessEnv): Promise<number> => {
    const ended = new Promise<number>((resolve, reject) => {
      const child = spawn(process.execPath, args, { cwd: projectRoot, env, stdio: 'inherit' });
      const { pid } = child;
      if (pid !== undefined) warden.add(pid, 'SIGTERM');
      void stopping.then(() => child.kill('SIGTERM'));
      child.once('error', reject);
      child.once('exit', (code) => {
        if (pid !== undefined) warden.remove(pid);
        resolve(code ?? exitCodes.failed);
      });
    });
    running.add(ended);
    return ended;
  };
  return { run, ended: () => Promise.allSettled(running) };
}
