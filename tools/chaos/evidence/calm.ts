import { setTimeout as sleep } from 'node:timers/promises';
import type { Addresses } from '../addresses';
import type { Stack } from '../faults/stack';
import { notEmpty, readQueues } from './queues';
import { listUnsettled } from './runs';

const lookEveryMs = 1_000;
/** The broker counts every 5 s: what it says twice, so far apart, is so. */
const calmForMs = 5_500;

/**
 * Waits until everything runs, no workflow is under way that should end, and no message waits anywhere. Returns what was still in the
 * way when the time was up; nothing when all is calm.
 */
export async function awaitCalm(addresses: Addresses, stack: Stack, giveUpAt: number): Promise<string[]> {
  let calmSince: number | undefined;
  for (;;) {
    const unrest = await whatIsNotCalm(addresses, stack).catch((error: unknown) => [String(error)]);
    calmSince = unrest.length > 0 ? undefined : (calmSince ?? Date.now());
    if (calmSince !== undefined && Date.now() - calmSince >= calmForMs) return [];
    if (Date.now() > giveUpAt) return unrest.length > 0 ? unrest : ['it has been calm for a moment only'];
    await sleep(lookEveryMs);
  }
}

async function whatIsNotCalm(addresses: Addresses, stack: Stack): Promise<string[]> {
  const down = (await stack.parts()).filter(({ state }) => state !== 'ready');
  if (down.length > 0) return down.map(({ name, state }) => `${name} is ${state}`);
  const [unsettled, queues] = await Promise.all([listUnsettled(addresses), readQueues(addresses)]);
  return [
    ...unsettled.map((id) => `${id} is under way`),
    ...notEmpty(queues).map(({ name, messages }) => `${name} has ${messages ?? 'an unknown number of'} messages`),
  ];
}
