import { askStack } from '../../stack/control';
import type { Roots } from './processes';

/** The processes of the running stack, by the names of its parts. Throws when the stack does not answer. */
export async function stackProcesses(socketPath: string): Promise<Roots> {
  const reply = await askStack(socketPath, { command: 'status' });
  if (!reply?.ok) throw new Error('the launcher of the system does not answer');
  return Object.fromEntries(reply.status.parts.flatMap(({ name, pid }) => (pid === null ? [] : [[name, pid]])));
}
