import { table } from '../cli/output';
import type { Remedy, Run } from './remedy';
import type { Outcome } from './repair';

export const outcomeTable = (outcomes: Outcome[]): string[] =>
  table([
    ['ORDER', 'CUSTOMER', 'RESTAURANT', 'DELIVERY', 'WORKFLOW', 'REMEDY'],
    ...outcomes.map(({ orderId, rows: { record, group, delivery }, run, remedy, result }) => [
      orderId,
      record?.delivered ? 'delivered' : record?.status,
      group?.status,
      delivery?.status === 'PENDING' && delivery.agentId === null ? 'waiting' : delivery?.status,
      runText(run),
      remedyText(remedy),
      ...(result ? [result.failure ?? (result.repaired ? 'done' : 'left')] : []),
    ]),
  ]);

/** What `--json` prints of an order. */
export const outcomeJson = ({ orderId, rows, run, remedy, result }: Outcome): object => ({
  order_id: orderId,
  customer: rows.record && { status: rows.record.status, delivered: rows.record.delivered },
  restaurant: rows.group?.status ?? null,
  delivery: rows.delivery && { status: rows.delivery.status, agent_id: rows.delivery.agentId },
  rating: rows.rating,
  workflow: run,
  remedy,
  result,
});

function runText(run: Run): string {
  if (run.state === 'running') return `running, ${[run.order, run.delivery].filter(Boolean).join(' ')}`;
  return run.state === 'closed' ? run.as : 'gone';
}

function remedyText(remedy: Remedy): string {
  switch (remedy.kind) {
    case 'none':
      return 'none needed';
    case 'resend':
      return `send it again: ${remedy.command.kind === 'cancel' ? 'cancelled' : remedy.command.status}`;
    case 'restart':
      return 'place it again';
    case 'adopt':
      return remedy.stage === 'cancelled' ? 'cancel it' : `adopt it, ${remedy.stage}`;
    case 'rate':
      return 'send its rating again';
    case 'manual':
      return `needs an operator: ${remedy.why}`;
  }
}
