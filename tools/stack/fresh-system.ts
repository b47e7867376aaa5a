/** Runs a command on a system of its own, which starts empty and ends with it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { exitCodes } from '../cli/command';
import { printLines } from '../cli/output';
import { stackEnvironment, type Addresses } from './addresses';
import { findTemporal } from './find/binaries';
import { instanceNamed, projectRoot, wipe, type Instance } from './instance';
import { withStack, type ReadyStack } from './launcher';
import { addressLines } from './screen';
import type { StackOptions } from './stack';

/** Rate limits for a system that one address drives, as a benchmark or a test does: requests are counted as usual, and none is refused. */
export const ampleRateLimits = {
  RATE_LIMIT_READS_PER_MINUTE: '1000000000',
  RATE_LIMIT_WRITES_PER_MINUTE: '1000000000',
};

interface FreshSystemOptions extends Pick<StackOptions, 'yes'>, Partial<Pick<StackOptions, 'ports' | 'durable'>> {
  /** Of the stack. What an earlier run under this name has left is removed first. */
  name: string;
  /** Variables for its processes, over this process's own environment. */
  env?: NodeJS.ProcessEnv;
  /** Leave data and logs there even if all is well. */
  keepData?: boolean;
  /** Leave the system up afterwards, until Ctrl-C. */
  stayUp?: boolean;
}

/** `askStack` reaches the launcher on the `socketPath`. */
export interface FreshSystem extends Pick<Instance, 'logsDir' | 'socketPath'> {
  addresses: Addresses;
  /** Runs a script with Node on this terminal; it ends with the system. Resolves to its exit code. */
  runNode: (args: string[], env?: NodeJS.ProcessEnv) => Promise<number>;
}

/**
 * Starts a fresh system, has `use` work with it, and stops it. By default its ports are any free ones and its data would not survive a crash,
 * so that it runs beside any other stack and is fast. This process's environment then has everything that a process needs to find the
 * system: addresses, AUTH_SECRET, STACK_SOCKET, STACK_NAME. Resolves to the exit code that `use` resolves to; 1 if the system did not start;
 * 130 after Ctrl-C, which does not wait for `use`. Data and logs are removed if the code is 0. Rejects as `use` does, and throws
 * AlreadyRunningError when a stack of this name runs.
 */
export async function onFreshSystem(
  { name, ports = 'any', yes, durable = false, keepData, stayUp, ...options }: FreshSystemOptions,
  use: (system: FreshSystem) => Promise<number>,
): Promise<number> {
  const instance = instanceNamed(name);
  const { logsDir, socketPath } = instance;
  const env = { ...process.env, ...options.env };
  const launch = { instance, ports, yes, serversOnly: false, durable, fresh: true, env };
  const code = await withStack(launch, async (stack) => {
    const children: Promise<number>[] = [];
    const temporalCli = findTemporal();
    Object.assign(process.env, env, stackEnvironment(stack.addresses, env), {
      STACK_SOCKET: socketPath,
      STACK_NAME: name,
      ...(temporalCli && { TEMPORAL_CLI: temporalCli }),
    });
    const runNode: FreshSystem['runNode'] = (args, more) => {
      const child = runChild(args, { ...process.env, ...more }, stack);
      children.push(child);
      return child;
    };
    const interrupted = stack.stopping.then(() => exitCodes.interrupted);
    const system = { addresses: stack.addresses, logsDir, socketPath, runNode };
    const result = await Promise.race([use(system), interrupted]);
    await Promise.allSettled(children);
    if (stayUp && result !== exitCodes.interrupted) {
      printLines(['', 'The system stays up; Ctrl-C stops it:', ...addressLines(stack.addresses)]);
      await stack.stopping;
    }
    return result;
  });
  if (code === exitCodes.fine && !keepData) wipe(instance);
  return code;
}

/** A program that ends with the launcher, however that ends. It gets SIGTERM as soon as the stack stops. */
async function runChild(args: string[], env: NodeJS.ProcessEnv, { warden, stopping }: ReadyStack): Promise<number> {
  const child = spawn(process.execPath, args, { cwd: projectRoot, env, stdio: 'inherit' });
  const { pid } = child;
  if (pid !== undefined) warden.add(pid, 'SIGTERM');
  void stopping.then(() => child.kill('SIGTERM'));
  const [code] = (await once(child, 'exit')) as [number | null];
  if (pid !== undefined) warden.remove(pid);
  return code ?? exitCodes.failed;
}
