import { setTimeout as sleep } from 'node:timers/promises';
import { databaseUrl, type Addresses } from '../addresses';
import type { Journal } from '../journal';
import type { PartName } from '../../stack/services';
import type { Fault } from '../plan/faults';
import type { Freezer } from './freezer';
import { holdTable, stallConnection } from './slow-database';
import type { Stack } from './stack';

export interface Inflicted {
  fault: Fault;
  /** Why it did nothing: a connection that was to be stalled was not there, say. */
  failed?: string;
}

export interface Tormentor {
  addresses: Addresses;
  stack: Stack;
  freezer: Freezer;
  journal: Journal;
  say: (line: string) => void;
  /** The end of the run: no fault begins after it, and what was harmed is whole again as ever. */
  end: AbortSignal;
}

/** Does every fault at its time. Resolves when the last one is over, and everything that was killed is ready again. */
export async function inflictAll(tormentor: Tormentor, faults: Fault[]): Promise<Inflicted[]> {
  // One fault of a part after the other; faults of different parts overlap as they come.
  const lastOf = new Map<string, Promise<unknown>>();
  return Promise.all(
    faults.map(async (fault): Promise<Inflicted> => {
      await sleep(fault.atMs, undefined, { signal: tormentor.end }).catch(() => undefined);
      const target = targetOf(fault);
      const before = lastOf.get(target);
      const mine = (before ?? Promise.resolve()).then(() => inflict(tormentor, fault));
      lastOf.set(target, mine);
      return mine;
    }),
  );
}

/** Tables and connections are PostgreSQL's. */
export const targetOf = (fault: Fault): PartName => ('part' in fault ? fault.part : 'postgres');

async function inflict(tormentor: Tormentor, fault: Fault): Promise<Inflicted> {
  const { journal, say, end } = tormentor;
  if (end.aborted) return { fault, failed: 'the time was up' };
  const told = tell(fault);
  say(told);
  journal.write({ what: told });
  try {
    await doHarm(tormentor, fault);
    return { fault };
  } catch (error) {
    const failed = error instanceof Error ? error.message : String(error);
    journal.write({ what: `${told}: failed`, failed });
    return { fault, failed };
  }
}

async function doHarm({ addresses, stack, freezer }: Tormentor, fault: Fault): Promise<void> {
  switch (fault.kind) {
    case 'kill':
      return stack.kill(fault.part, fault.downMs);
    case 'freeze': {
      const pid = (await stack.parts()).find(({ name }) => name === fault.part)?.pid;
      if (!pid) throw new Error('it does not run');
      await freezer.freeze(pid);
      await sleep(fault.forMs);
      return freezer.thaw(pid);
    }
    case 'lock':
      return holdTable(databaseUrl(addresses, fault.on.database), fault.on.table, fault.forMs);
    case 'stall':
      return stallConnection(databaseUrl(addresses, fault.on.database), freezer, fault.forMs);
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

function tell(fault: Fault): string {
  switch (fault.kind) {
    case 'kill':
      return `${fault.part} killed, down for ${seconds(fault.downMs)}`;
    case 'freeze':
      return `${fault.part} frozen for ${seconds(fault.forMs)}`;
    case 'lock':
      return `table ${fault.on.table} locked for ${seconds(fault.forMs)}`;
    case 'stall':
      return `a connection to the ${fault.on.database} database stalled for ${seconds(fault.forMs)}`;
  }
}
