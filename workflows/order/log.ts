import { logged, type LogEntry } from '../../contracts/order-log';
import type { OrderEvent, OrderEventOf } from './events';
import type { OrderState } from './state';

type Projection = {
  [Type in OrderEvent['type']]?: (event: OrderEventOf<Type>, state: OrderState, at: string) => LogEntry | LogEntry[];
};

/** What an event adds to the order's log, from the state after it. */
const entries: Projection = {
  placed: (_event, { placed_at, parts = {} }) => logged.placed(placed_at, Object.keys(parts)),
  accepted: ({ total }, _state, at) => logged.priced(at, total),
  rejected: ({ reason }, _state, at) => logged.rejected(at, reason),
  /** The earlier steps, for the order of an old program. One whose run was lost has them, with their own times. */
  adopted: ({ confirmed }, { placed_at, total }, at) => [
    logged.placed(placed_at, []),
    ...(total === null ? [] : logged.priced(at, total)),
    ...(confirmed ? [logged.confirmed(at, total)] : []),
  ],
  'refused-in-part': ({ restaurant_id, reason = null }, { status }, at) =>
    logged.refusedInPart(at, status, restaurant_id, reason),
  confirmed: (_event, { total }, at) => logged.confirmed(at, total),
  'agent-searched': (_event, { searches }, at) => logged.agentSearched(at, searches),
  'agent-assigned': ({ agent, delivery }, _state, at) => [
    logged.agentAssigned(at, agent),
    ...(delivery === 'PICKED_UP' ? [logged.pickedUp(at, agent)] : []),
  ],
  'handed-back': ({ agent_id, agent_name, reason = null }, _state, at) =>
    agent_id === null ? [] : logged.handedBack(at, { agent_id, ...(agent_name && { agent_name }) }, reason),
  'picked-up': (_event, { agent }, at) => logged.pickedUp(at, agent),
  late: (_event, { agent }, at) => logged.late(at, agent),
  delivered: (_event, { agent }, at) => logged.delivered(at, agent),
  'delivered-before': (_event, { agent }, at) => logged.delivered(at, agent),
  'delivered-anyway': (_event, { agent }, at) => logged.delivered(at, agent),
  cancelling: ({ reason, by = null }, { agent, placement }, at) =>
    placement?.outcome === 'rejected' ? [] : logged.cancelled(at, agent !== null, reason, by),
};

/** What an event adds to the order's log. */
export function logOf(event: OrderEvent, state: OrderState, at: string): LogEntry[] {
  const project = entries[event.type] as
    ((event: OrderEvent, state: OrderState, at: string) => LogEntry | LogEntry[]) | undefined;
  return [project?.(event, state, at) ?? []].flat();
}
