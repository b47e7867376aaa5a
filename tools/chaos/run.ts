import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import type { Addresses } from './addresses';
import { installAudit } from './evidence/audit';
import { awaitCalm } from './evidence/calm';
import { collectEvidence } from './evidence/collect';
import { createFreezer } from './faults/freezer';
import { inflictAll } from './faults/inflict';
import { stackAt } from './faults/stack';
import type { Case } from './invariants/case';
import { judgeAll } from './invariants/judge';
import { Journal } from './journal';
import { createOutsider, type Outsider } from './outsider';
import { createAsker } from './people/ask';
import { live } from './people/life';
import type { Plan, Poison } from './plan/plan';
import type { Outcome } from './report';
import { makeWorld } from './world';

export interface RunOptions {
  addresses: Addresses;
  plan: Plan;
  /** For everything; what is unsettled then is judged as it is. */
  limitMs: number;
  say: (line: string) => void;
}

/** Of the limit, what is left for the system to come to rest when people still want something. */
const calmShare = 0.3;

/**
 * Lets the people of all orders do what they want while the faults strike, waits until all is calm, and judges what is there.
 * Steps: trail, world, load with faults, calm, evidence, verdicts.
 */
export async function run({ addresses, plan, limitMs, say }: RunOptions): Promise<Outcome> {
  const startedAt = Date.now();
  const journal = new Journal(join(addresses.CHAOS_LOGS, 'journal.jsonl'));
  const stack = stackAt(addresses.STACK_SOCKET);
  const freezer = createFreezer();
  process.once('exit', () => freezer.thawAll()); // also when it is interrupted: nothing stays frozen behind it
  await installAudit(addresses);
  const world = await makeWorld(addresses, plan);

  const end = AbortSignal.timeout(Math.round(limitMs * (1 - calmShare)));
  setMaxListeners(0, end); // everybody listens for it
  const outsider = createOutsider(addresses.RABBITMQ_URL, journal, end);
  const scene = { addresses, world, ask: createAsker(journal, end), outsider };
  const [inflicted, poison] = await Promise.all([
    inflictAll({ addresses, stack, freezer, journal, say, end }, plan.faults),
    spoil(outsider, plan.poison),
    ...plan.orders.map((planned) => live(scene, journal, planned)),
  ]);
  say('every fault is over, and nobody wants anything any more: waiting for calm');
  const unrest = await awaitCalm(addresses, stack, startedAt + limitMs);

  say('looking at what is there');
  const evidence = await collectEvidence(addresses, journal.pledges);
  const given: Case = { evidence, pledges: journal.pledges, poison };
  return { plan, journal, inflicted, evidence, verdicts: judgeAll(given), unrest, tookMs: Date.now() - startedAt };
}

/** Sends each malformed message when it is due. */
const spoil = (outsider: Outsider, messages: Poison[]): Promise<Case['poison']> =>
  Promise.all(
    messages.map(async ({ id, queue, body, atMs }) => {
      await new Promise((resolve) => setTimeout(resolve, atMs));
      return { id, queue, confirmed: await outsider.send(queue, body, { messageId: id, raw: true }) };
    }),
  );
