/** What a repair says. */
import { table } from '../cli/output';
import type { Finding } from './look';
import type { Remedy, Run } from './remedy';

export interface Outcome extends Finding {
  /** Null where nothing was tried. `failure`: why it could not be done; the next repair tries again. */
  result: { mended: boolean; failure?: string } | null;
}

/** One row for each order that needs something. */
export function outcomeTable(outcomes: Outcome[]): string[] {
  const rows = outcomes.map(({ orderId, known, run, remedy, result }) => [
    orderId,
    recordOf({ known }),
    known.group?.status ?? '-',
    deliveryOf({ known }),
    runText(run),
    remedyText(remedy),
    ...(result ? [result.failure ?? (result.mended ? 'done' : 'left')] : []),
  ]);
  return table([['ORDER', 'CUSTOMER', 'RESTAURANT', 'DELIVERY', 'WORKFLOW', 'REMEDY'], ...rows]);
}

export const forPrograms = ({ orderId, known, run, remedy, result }: Outcome): object => ({
  order_id: orderId,
  customer: known.record && { status: known.record.status, delivered: known.record.delivered },
  restaurant: known.group?.status ?? null,
  delivery: known.delivery && { status: known.delivery.status, agent_id: known.delivery.agentId },
  rating: known.rating,
  workflow: run,
  remedy,
  result,
});

function recordOf({ known: { record } }: Pick<Outcome, 'known'>): string {
  if (!record) return '-';
  return record.delivered ? 'delivered' : record.status;
}

function deliveryOf({ known: { delivery } }: Pick<Outcome, 'known'>): string {
  if (!delivery) return '-';
  return delivery.status === 'PENDING' && delivery.agentId === null ? 'waiting' : delivery.status;
}

function runText(run: Run): string {
  switch (run.state) {
    case 'running':
      return `running, ${[run.order, run.delivery].filter(Boolean).join(' ')}`;
    case 'closed':
      return run.as;
    case 'gone':
      return 'gone';
  }
}

function remedyText(remedy: Remedy): string {
  switch (remedy.kind) {
    case 'none':
      return 'none needed';
    case 'tell':
      return `tell it again: ${remedy.command.kind === 'cancel' ? 'cancelled' : remedy.command.status}`;
    case 'restart':
      return 'place it again';
    case 'adopt':
      return remedy.stage === 'cancelled' ? 'undo it' : `adopt it, ${remedy.stage}`;
    case 'rate':
      return 'send its rating again';
    case 'person':
      return `needs a person: ${remedy.why}`;
  }
}
