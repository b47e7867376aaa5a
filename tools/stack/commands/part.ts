import { printLines } from '../../cli/output';
import { askStack, type ControlRequest } from '../control';
import { instanceNamed } from '../instance';

export const partCommands = ['stop', 'start', 'restart', 'kill'] as const satisfies ControlRequest['command'][];
export type PartCommand = (typeof partCommands)[number];

/** Does something to parts of a running stack, one after the other, and says what has become of each. Exits with 1 at the first that fails. */
export async function controlParts(command: PartCommand, parts: string[], { name }: { name: string }): Promise<number> {
  for (const part of parts) {
    const reply = await askStack(instanceNamed(name).socketPath, { command, part });
    if (!reply?.ok) {
      process.stderr.write(`${reply?.error ?? `The stack "${name}" does not run: npm start`}\n`);
      return 1;
    }
    const state = reply.status.parts.find((each) => each.name === part)?.state ?? 'gone';
    printLines([`${part}: ${command === 'kill' ? 'killed; the launcher brings it back' : state}`]);
  }
  return 0;
}
