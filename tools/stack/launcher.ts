/** Runs a stack for one command: its control socket, its warden, its signals. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { exitCodes, printError, printLines, say } from '../cli/cli';
import { giveSecret } from './access';
import { stackEnvironment, type Addresses } from './addresses';
import { claimSocket, serveControl, type ControlRequest, type StackStatus } from './control';
import { findTemporal } from './find/binaries';
import { instanceNamed, projectRoot, wipe, type Instance } from './instance';
import { PartFailedError } from './part';
import { addressLines } from './screen';
import { StartInterruptedError, createStack, type Stack, type StackOptions } from './stack';
import { createWarden, type Warden } from './warden';

/** npm forwards Ctrl-C to a script that the terminal has signalled already: a second signal this soon is the same key press. */
const sameKeyPressMs = 500;
/** Lets the last answer leave the control socket before the process ends. */
const lastAnswerMs = 50;

export interface ReadyStack {
  addresses: Addresses;
  warden: Warden;
  /** Resolves as soon as a stop begins. */
  stopping: Promise<void>;
}

/**
 * Runs a stack for as long as `use` takes, and always stops it. Resolves to the exit code that `use` resolves to; 1 if the stack did not
 * start, with the reason printed. Rejects as `use` does, and throws AlreadyRunningError before it touches anything.
 */
export async function withStack(options: StackOptions, use: (stack: ReadyStack) => Promise<number>): Promise<number> {
  const server = await claimSocket(options.instance.socketPath);
  const warden = createWarden(options.instance);
  const stack = createStack(options, warden);
  serveControl(server, (request) => answer(request, stack));
  const forgetSignals = stopOnSignals(stack);
  try {
    const addresses = await start(options, stack, warden).catch(explain);
    return typeof addresses === 'number' ? addresses : await use({ addresses, warden, stopping: stack.stopping });
  } finally {
    await stack.stop();
    await sleep(lastAnswerMs);
    forgetSignals();
    warden.dismiss();
    server.close();
  }
}

async function start({ instance, fresh, env }: StackOptions, stack: Stack, warden: Warden): Promise<Addresses> {
  await warden.takeOver();
  if (fresh) wipe(instance);
  giveSecret(instance, env);
  return stack.start();
}

async function answer(request: ControlRequest, stack: Stack): Promise<StackStatus> {
  if (request.command === 'stop' && request.part === undefined) await stack.stop();
  else if (request.command !== 'status') await stack.part(request.part ?? '')[request.command]();
  return stack.status();
}

/** The first signal shuts down, the second kills. Returns the way back. */
function stopOnSignals(stack: Stack): () => void {
  let firstAt: number | undefined;
  const onSignal = () => {
    if (firstAt === undefined) {
      firstAt = Date.now();
      void stack.stop();
    } else if (Date.now() - firstAt > sameKeyPressMs) {
      stack.kill();
    }
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  // After a hang-up there is no terminal to write to.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  return () => signals.forEach((signal) => process.off(signal, onSignal));
}

function explain(error: unknown): number {
  if (error instanceof StartInterruptedError) return exitCodes.interrupted;
  if (error instanceof PartFailedError) printError(`\n${error.logTail}\n`);
  say(error instanceof Error ? error.message : String(error));
  return exitCodes.failed;
}

/** Rate limits for a system that one address drives, as a benchmark or a test does: requests are counted as usual, and none is refused. */
export const ampleRateLimits = {
  RATE_LIMIT_READS_PER_MINUTE: '1000000000',
  RATE_LIMIT_WRITES_PER_MINUTE: '1000000000',
};

interface FreshSystemOptions
  extends Pick<StackOptions, 'yes'>, Partial<Pick<StackOptions, 'ports' | 'durable' | 'postgresSettings'>> {
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
export async function onFreshSystem(options: FreshSystemOptions, use: (system: FreshSystem) => Promise<number>) {
  const { name, ports = 'any', yes, durable = false, postgresSettings, keepData, stayUp } = options;
  const instance = instanceNamed(name);
  const { logsDir, socketPath } = instance;
  const env = { ...process.env, ...options.env };
  const launch = { instance, ports, yes, serversOnly: false, durable, postgresSettings, fresh: true, env };
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
