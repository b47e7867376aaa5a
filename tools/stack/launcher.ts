/** Runs a stack for one command: its control socket, its warden, its signals. */
import { setTimeout as sleep } from 'node:timers/promises';
import { exitCodes } from '../cli/command';
import { say } from '../cli/output';
import { giveSecret } from './access';
import type { Addresses } from './addresses';
import { claimSocket, serveControl, type ControlRequest, type StackStatus } from './control';
import { wipe } from './instance';
import { PartFailedError } from './part';
import { createStack, StartInterruptedError, type Stack, type StackOptions } from './stack';
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
  if (error instanceof PartFailedError) process.stderr.write(`\n${error.logTail}\n\n`);
  say(error instanceof Error ? error.message : String(error));
  return exitCodes.failed;
}
