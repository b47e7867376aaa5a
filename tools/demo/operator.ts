/** What whoever runs the system does to it, each printed as a step: by the `temporal` command line, and by the launcher. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { orderWorkflowId } from '../../contracts/names';
import { askStack } from '../stack/control';
import type { Addresses } from './addresses';
import type { PlacedOrder } from './cast';
import { printSaid, printStep } from './screen';

const run = promisify(execFile);

/** With the stock command line; resolves when Temporal has the request, not when everything is undone. */
export async function operatorCancels(addresses: Addresses, { orderId }: PlacedOrder): Promise<void> {
  const { TEMPORAL_CLI, TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE } = addresses;
  const command = ['workflow', 'cancel', '--workflow-id', orderWorkflowId(orderId)];
  const where = ['--address', TEMPORAL_ADDRESS, '--namespace', TEMPORAL_NAMESPACE];
  const startedAt = performance.now();
  await run(TEMPORAL_CLI, [...command, ...where]);
  printStep('An operator cancels it', 'temporal workflow cancel', 'done', performance.now() - startedAt);
  printSaid(`temporal ${[...command, ...where].join(' ')}`);
}

/** Stops a part, which then stays down, or starts it again; resolves when that is done. */
export async function operate(addresses: Addresses, command: 'stop' | 'start', part: string): Promise<void> {
  const startedAt = performance.now();
  const reply = await askStack(addresses.STACK_SOCKET, { command, part });
  if (!reply?.ok) throw new Error(`${command} ${part}: ${reply?.error ?? 'the launcher does not answer'}`);
  printStep(`The launcher ${command}s a part`, `${command} ${part}`, 'done', performance.now() - startedAt);
}
