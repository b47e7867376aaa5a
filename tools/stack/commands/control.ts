/** Commands for a stack that runs in another process: status, stop, reset, part. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Argument } from 'commander';
import { ExpectedError, jsonOption, printLines, type AddCommand, type Run } from '../../cli/cli';
import { askStack, claimSocket, statusOf } from '../control';
import { instanceNamed, wipe } from '../instance';
import { addressLines, metricsLines, partsTable, withProgress } from '../screen';

interface Flags {
  name: string;
}

const partCommands = ['stop', 'start', 'restart', 'kill'] as const;
type PartCommand = (typeof partCommands)[number];

export function addControlCommands(add: AddCommand, run: Run): void {
  add('status', 'show what runs, and where')
    .addOption(jsonOption())
    .action((flags: Flags & { json: boolean }) => run(showStatus(flags)));
  add('stop', 'stop a running stack').action(({ name }: Flags) => run(stopStack(name)));
  add('reset', 'stop a stack and remove everything that it has stored').action(({ name }: Flags) => run(reset(name)));
  add('part', 'stop, start, restart or kill parts of a running stack; a killed part is restarted')
    .addArgument(new Argument('<command>').choices(partCommands))
    .argument('<parts...>', 'as the status names them')
    .action((command: PartCommand, parts: string[], { name }: Flags) => run(controlParts(command, parts, name)));
}

/** Exit code 1 when the stack does not run. */
async function showStatus({ name, json }: Flags & { json: boolean }): Promise<number> {
  const status = await statusOf(name);
  if (json) {
    // Programs depend on this shape, in which the APIs stand beside the servers.
    const { api, ...servers } = status?.addresses ?? {};
    const services = api ? { ...api, ...servers } : null;
    printLines([JSON.stringify({ services, parts: status?.parts ?? [] }, null, 2)]);
  } else if (status) {
    const { phase, parts, addresses } = status;
    const where = addresses ? ['', ...addressLines(addresses), '', ...metricsLines(addresses)] : [];
    printLines([`The stack "${name}" is ${phase}.`, '', ...partsTable(parts), ...where]);
  } else {
    printLines([notRunning(name)]);
  }
  return status ? 0 : 1;
}

/** Resolves when the launcher has ended too. */
async function stopStack(name: string): Promise<number> {
  if (!(await statusOf(name))) {
    printLines([`The stack "${name}" is not running.`]);
    return 0;
  }
  await withProgress(`Stopping the stack "${name}"`, async () => {
    await askStack(instanceNamed(name).socketPath, { command: 'stop' });
    while (await statusOf(name)) await sleep(50);
  });
  printLines([`The stack "${name}" has stopped.`]);
  return 0;
}

async function reset(name: string): Promise<number> {
  const instance = instanceNamed(name);
  await stopStack(name);
  const claim = await claimSocket(instance.socketPath); // So that it cannot start during the removal.
  wipe(instance);
  claim.close();
  printLines([`Removed everything that the stack "${name}" had stored.`]);
  return 0;
}

/** One part after the other. Throws ExpectedError at the first that fails. */
async function controlParts(command: PartCommand, parts: string[], name: string): Promise<number> {
  for (const part of parts) {
    const reply = await askStack(instanceNamed(name).socketPath, { command, part });
    if (!reply?.ok) throw new ExpectedError(reply?.error ?? notRunning(name));
    const state = reply.status.parts.find((each) => each.name === part)?.state ?? 'gone';
    printLines([`${part}: ${command === 'kill' ? 'killed; the launcher restarts it' : state}`]);
  }
  return 0;
}

export const notRunning = (name: string): string => `The stack "${name}" is not running. Start it with: npm start`;
