import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { printLines, say } from '../../cli/output';
import { serversToRun, type Addresses } from '../addresses';
import { AlreadyRunning, askStack } from '../control';
import { ensureServers } from '../find/servers';
import { createFolders, instanceNamed, logFileOf, projectRoot, rotateLog, type Instance } from '../instance';
import { withStack } from '../launcher';
import { portPolicy } from '../ports';
import { withProgress } from '../progress';
import { addressLines } from '../screen';

export interface StartFlags {
  name: string;
  portBase?: number;
  yes?: boolean;
  detach?: boolean;
  serversOnly: boolean;
  parts?: string[];
}

const POLL_MS = 200;

/** The stack as a person wants it: it keeps its data, and stays up until it is stopped. */
export async function runStart(flags: StartFlags): Promise<number> {
  const instance = instanceNamed(flags.name);
  try {
    return flags.detach ? await startInBackground(instance, flags) : await startHere(instance, flags);
  } catch (error) {
    if (!(error instanceof AlreadyRunning)) throw error;
    printLines([
      `The stack "${instance.name}" already runs:`,
      ...(await runningAddresses(instance)),
      '',
      stopHint(instance),
    ]);
    return 1;
  }
}

function startHere(instance: Instance, flags: StartFlags): Promise<number> {
  return withStack(
    {
      instance,
      ports: portPolicy(flags.portBase),
      yes: flags.yes ?? false,
      serversOnly: flags.serversOnly,
      only: flags.parts,
      durable: true,
      fresh: false,
      env: process.env,
      say,
    },
    async ({ addresses, stopping }) => {
      printReady(instance, addresses, 'Ctrl-C stops it.');
      await stopping;
      return 0;
    },
  );
}

/** Starts the same command again, cut off from this terminal, and waits until it is ready. */
async function startInBackground(instance: Instance, flags: StartFlags): Promise<number> {
  if (await askStack(instance.socketPath, { command: 'status' })) throw new AlreadyRunning(instance.name);
  // Here, where questions can be asked: the launcher in the background finds everything.
  await ensureServers(serversToRun(process.env, flags.parts), { yes: flags.yes ?? false });
  createFolders(instance);
  const log = logFileOf(instance, 'launcher');
  rotateLog(log);
  const output = openSync(log, 'a');
  const args = process.argv.slice(2).filter((argument) => argument !== '--detach');
  const launcher = spawn(process.execPath, [join(__dirname, '..', 'main.js'), ...args], {
    cwd: projectRoot,
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  launcher.unref();
  let ended = false;
  launcher.once('exit', () => (ended = true)).once('error', () => (ended = true));
  const ready = await withProgress('Starting in the background', async () => {
    while (!ended) {
      const reply = await askStack(instance.socketPath, { command: 'status' });
      if (reply?.ok && reply.status.phase === 'ready') return reply.status;
      await sleep(POLL_MS);
    }
    return undefined;
  });
  if (!ready) {
    process.stderr.write(readFileSync(log, 'utf8'));
    say(`the stack "${instance.name}" did not start; its logs are in ${instance.logsDir}`);
    return 1;
  }
  printReady(instance, ready.addresses, stopHint(instance));
  return 0;
}

async function runningAddresses(instance: Instance): Promise<string[]> {
  const reply = await askStack(instance.socketPath, { command: 'status' });
  return reply?.ok && reply.status.addresses ? addressLines(reply.status.addresses) : [];
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

/** How to be let in. */
function tokenHint(instance: Instance): string {
  if (process.env['AUTH_MODE'] === 'off') return 'Anybody on this machine may ask for anything (AUTH_MODE=off).';
  if (process.env['AUTH_JWKS_URL']) return `Tokens are those of ${process.env['AUTH_JWKS_URL']}`;
  return `A token: npm run -s token -- --role operator${forOther(instance)} (docs/security.md)`;
}

const forOther = ({ name }: Instance): string => (name === 'local' ? '' : ` --name ${name}`);

function stopHint({ name }: Instance): string {
  return `Stop it with: npm run stop${name === 'local' ? '' : ` -- --name ${name}`}`;
}
