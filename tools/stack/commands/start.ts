import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Option } from 'commander';
import { portBaseOption, printError, printLines, say, yesOption, type AddCommand, type Run } from '../../cli/cli';
import { serversToRun, type Addresses } from '../addresses';
import { AlreadyRunningError, statusOf, type StackStatus } from '../control';
import { ensureServers } from '../find/servers';
import { createFolders, instanceNamed, logFileOf, projectRoot, rotateLog, type Instance } from '../instance';
import type { PortPolicy } from '../ports';
import { addressLines, withProgress } from '../screen';

interface StartFlags {
  name: string;
  portBase: PortPolicy;
  yes: boolean;
  detach: boolean;
  serversOnly: boolean;
  parts?: string[];
}

export function addStartCommand(add: AddCommand, run: Run): void {
  add('start', 'start the whole system and keep it up until Ctrl-C')
    .addOption(portBaseOption())
    .addOption(yesOption())
    .addOption(new Option('--parts <names>', 'only these parts').argParser((list) => list.split(',')).hideHelp())
    .option('--detach', 'go to the background once everything is ready', false)
    .option('--servers-only', 'only the servers, for working on the services yourself', false)
    .action((flags: StartFlags) => run(start(flags)));
}

/** A stack that keeps its data, and stays up until it is stopped. */
async function start(flags: StartFlags): Promise<number> {
  const instance = instanceNamed(flags.name);
  try {
    return flags.detach ? await startInBackground(instance, flags) : await startHere(instance, flags);
  } catch (error) {
    if (!(error instanceof AlreadyRunningError)) throw error;
    const addresses = (await statusOf(flags.name))?.addresses;
    printLines([
      `The stack "${flags.name}" is already running:`,
      ...(addresses ? addressLines(addresses) : []),
      '',
      stopHint(instance),
    ]);
    return 1;
  }
}

async function startHere(instance: Instance, flags: StartFlags): Promise<number> {
  const { portBase: ports, yes, serversOnly, parts: only } = flags;
  const { withStack } = await import('../launcher.js'); // It loads every server's client, which no other command needs.
  const options = { instance, ports, yes, serversOnly, only, durable: true, fresh: false, env: process.env };
  return withStack(options, async ({ addresses, stopping }) => {
    printReady(instance, addresses, 'Ctrl-C stops it.');
    await stopping;
    return 0;
  });
}

/** Runs the same command again, detached from this terminal, and resolves when its stack is ready. */
async function startInBackground(instance: Instance, flags: StartFlags): Promise<number> {
  if (await statusOf(instance.name)) throw new AlreadyRunningError(instance.name);
  // Installed here, where the terminal can answer; the launcher in the background then finds everything.
  await ensureServers(serversToRun(process.env, flags.parts), flags);
  createFolders(instance);
  const log = logFileOf(instance, 'launcher');
  rotateLog(log);
  const launcher = launchDetached(log);
  let ended = false;
  launcher.once('exit', () => (ended = true)).once('error', () => (ended = true));
  const ready = await withProgress('Starting in the background', async (): Promise<StackStatus | undefined> => {
    while (!ended) {
      const status = await statusOf(instance.name);
      if (status?.phase === 'ready') return status;
      await sleep(200);
    }
    return undefined;
  });
  if (!ready) {
    printError(readFileSync(log, 'utf8'));
    say(`the stack "${instance.name}" did not start; its logs are in ${instance.logsDir}`);
    return 1;
  }
  printReady(instance, ready.addresses, stopHint(instance));
  return 0;
}

function launchDetached(log: string): ChildProcess {
  const output = openSync(log, 'a');
  const args = process.argv.slice(2).filter((argument) => argument !== '--detach');
  const launcher = spawn(process.execPath, [join(__dirname, '..', 'main.js'), ...args], {
    cwd: projectRoot,
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  launcher.unref();
  return launcher;
}

function printReady(instance: Instance, addresses: Addresses | null, hint: string): void {
  printLines([
    '',
    `The stack "${instance.name}" is ready:`,
    ...(addresses ? addressLines(addresses) : []),
    '',
    `Logs: ${instance.logsDir}`,
    tokenHint(instance),
    hint,
  ]);
}

function tokenHint({ name }: Instance): string {
  const { AUTH_MODE, AUTH_JWKS_URL } = process.env;
  if (AUTH_MODE === 'off') return 'Anyone on this machine can call everything (AUTH_MODE=off).';
  if (AUTH_JWKS_URL) return `Tokens come from ${AUTH_JWKS_URL}`;
  return `A token: npm run -s token -- --role operator${name === 'local' ? '' : ` --name ${name}`} (docs/security.md)`;
}

const stopHint = ({ name }: Instance): string =>
  `Stop it with: npm run stop${name === 'local' ? '' : ` -- --name ${name}`}`;
