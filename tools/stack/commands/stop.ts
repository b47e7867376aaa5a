import { setTimeout as sleep } from 'node:timers/promises';
import { printLines } from '../../cli/output';
import { askStack } from '../control';
import { instanceNamed } from '../instance';
import { withProgress } from '../progress';

const POLL_MS = 50;

/** Asks a running stack to stop, and waits until its launcher has gone too. */
export async function stopStack({ name }: { name: string }): Promise<number> {
  const { socketPath } = instanceNamed(name);
  if (!(await askStack(socketPath, { command: 'status' }))) {
    printLines([`The stack "${name}" does not run.`]);
    return 0;
  }
  await withProgress(`Stopping the stack "${name}"`, async () => {
    await askStack(socketPath, { command: 'stop' });
    while (await askStack(socketPath, { command: 'status' })) await sleep(POLL_MS);
  });
  printLines([`The stack "${name}" has stopped.`]);
  return 0;
}
