import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import { say } from '../cli/cli';
import { createPlatform } from '../platform/platform';
import type { FreshSystem } from '../stack/launcher';
import { createListeners } from './actors/listeners';
import { createOutsider } from './actors/outsider';
import { actOut, setUp } from './actors/scenario';
import { pause, type Actors } from './actors/steps';
import { collectEvidence, waitUntilSettled } from './evidence/collect';
import { installAuditTrail, readLog } from './evidence/databases';
import { createFreezer, injectFaults } from './faults/inject';
import type { Case } from './invariants/case';
import { checkInvariants } from './invariants/invariants';
import { createJournal } from './journal';
import type { Plan } from './plan/plan';

export type Outcome = Awaited<ReturnType<typeof run>>;

/** The share of the run's time that is kept for the system to settle. */
const settleShare = 0.3;

/** Acts out all orders while faults are injected, lets the system settle, and checks the invariants; at the timeout, of whatever there is. */
export async function run(system: FreshSystem, plan: Plan, timeoutMs: number) {
  const startedAt = Date.now();
  const journal = createJournal(join(system.logsDir, 'journal.jsonl'));
  const freezer = createFreezer();
  process.once('exit', () => freezer.thawAll()); // when interrupted, too
  const platform = createPlatform();
  await installAuditTrail(system.addresses.postgres);
  const restaurants = await setUp(platform, plan.couriers);

  const end = AbortSignal.timeout(Math.round(timeoutMs * (1 - settleShare)));
  setMaxListeners(0, end);
  const outsider = createOutsider(system.addresses.rabbitmq, journal, end);
  const listeners = createListeners(platform, journal);
  await listeners.ready();
  const actors: Actors = { platform, outsider, listeners, journal, restaurants, end };
  const [injected, poison, placed] = await Promise.all([
    injectFaults({ system, freezer, journal, end }, plan.faults),
    Promise.all(
      plan.poison.map(async ({ id, queue, body, atMs }) => {
        await pause(atMs, end);
        return { id, queue, confirmed: await outsider.publish({ queue }, body, id) };
      }),
    ),
    Promise.all(plan.orders.map((planned) => actOut(actors, planned))),
  ]);
  const placements = placed.filter((placement) => placement !== undefined);

  say('faults and actors are done; waiting for the system to settle');
  const unsettled = await waitUntilSettled(system, startedAt + timeoutMs);
  say('collecting evidence');
  const heard = await listeners.end(() => readLog(system.addresses.postgres.user));
  const accepted = placements.flatMap(({ outcome }) => (outcome.is === 'accepted' ? [outcome.orderId] : []));
  const given: Case = { evidence: await collectEvidence(system, accepted), placements, heard, poison };
  const tookMs = Date.now() - startedAt;
  return { plan, given, answers: journal.answers, injected, unsettled, invariants: checkInvariants(given), tookMs };
}
