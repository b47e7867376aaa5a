import { printLines } from '../../cli/output';
import { claimSocket } from '../control';
import { instanceNamed, wipe } from '../instance';
import { stopStack } from './stop';

/** Removes all data and logs of a stack; one that runs is stopped first. */
export async function reset({ name }: { name: string }): Promise<number> {
  const instance = instanceNamed(name);
  await stopStack({ name });
  const claim = await claimSocket(instance.socketPath); // Nobody starts it meanwhile.
  wipe(instance);
  claim.close();
  printLines([`Everything that the stack "${name}" had stored is gone.`]);
  return 0;
}
