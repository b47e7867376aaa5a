import type { Addresses } from '../addresses';
import type { Pledge } from '../journal';
import type { Evidence } from './evidence';
import { readDeadLetters, readQueues } from './queues';
import { readRows } from './rows';
import { readRuns, replayAll } from './runs';

/** Gathers all that the invariants are judged by. */
export async function collectEvidence(addresses: Addresses, pledges: Pledge[]): Promise<Evidence> {
  const rows = await readRows(addresses);
  const promised = pledges.flatMap(({ placement }) => (placement.answered === 'accepted' ? [placement.orderId] : []));
  const orderIds = new Set([
    ...promised,
    ...[...rows.records, ...rows.groups, ...rows.deliveries].map((row) => row.orderId),
  ]);
  return {
    ...rows,
    runs: await readRuns(addresses, [...orderIds]),
    notReplayed: await replayAll(addresses),
    queues: await readQueues(addresses), // before the dead letters are looked at, which takes them out for a moment
    deadLetters: await readDeadLetters(addresses),
  };
}
