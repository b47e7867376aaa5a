import type { OrderStatus } from '../../contracts/states';
import type { PlacementAnswer } from '../../contracts/workflow';
import type { OrderEvent, OrderEventOf } from './events';
import type { OrderFacts, OrderState } from './state';

/** The state after an event. Pure; an event that changes no state returns the same object. */
export const evolve = (state: OrderState, event: OrderEvent): OrderState =>
  (evolutions[event.type] as (state: OrderState, event: OrderEvent) => OrderState)(state, event);

const same = (state: OrderState): OrderState => state;

const evolutions: {
  [Type in OrderEvent['type']]: (state: OrderState, event: OrderEventOf<Type>) => OrderState;
} = {
  placed: same,
  recorded: (state, { placedAt = state.first.placedAt }) => ({ ...state, first: { ...state.first, placedAt } }),
  'placed-before'(state, { status, total, reason, placedAt, bodyHash }) {
    const first = { bodyHash: bodyHash ?? state.first.bodyHash, placedAt };
    return answered({ ...state, status, first, total }, { outcome: 'settled', total, reason });
  },
  stale: (state) => ({ ...state, attention: 'STALE' }),
  released: (state) => ({ ...state, attention: null }),
  accepted: (state, { total }) => answered({ ...state, total }, { outcome: 'placed', total }),
  rejected: (state, { reason, code }) => answered(state, { outcome: 'rejected', reason, ...(code && { code }) }),
  adopted(state, { confirmed, total, reason }) {
    const adopted = answered({ ...state, total: state.total ?? total }, { outcome: 'settled', total, reason });
    return confirmed ? { ...confirm(adopted), deliveryUncertain: true } : adopted;
  },

  'part-confirmed': (state, { restaurant_id }) => withPart(state, restaurant_id, 'CONFIRMED'),
  'refused-in-part': (state, { restaurant_id }) => withPart(state, restaurant_id, 'CANCELLED'),
  repriced: (state, { total }) => ({ ...state, total }),
  confirmed: (state) => confirm(state),

  'agent-requested': same,
  'agent-searched': (state) => ({ ...state, deliveryUncertain: false }),
  'agent-named': (state, { agent }) => (state.declinedBy.includes(agent.agent_id) ? state : { ...state, named: agent }),
  'agent-assigned': (state, { agent, delivery, searchedMs }) => ({
    ...state,
    agent,
    delivery,
    deliveryUncertain: false,
    named: null,
    declinedBy: state.declinedBy.filter((id) => id !== agent.agent_id),
    searchedMs: state.searchedMs + searchedMs,
  }),
  'handed-back': (state, { agent_id }) => ({
    ...state,
    agent: null,
    delivery: null,
    named: null,
    declinedBy: agent_id === null ? state.declinedBy : [...state.declinedBy, agent_id],
    searches: state.searches + 1,
  }),
  'picked-up': (state) => ({ ...state, delivery: 'PICKED_UP' }),
  delivering: (state) => ({ ...state, deliveryUncertain: true }),
  'not-delivered': (state) => ({ ...state, deliveryUncertain: false }),
  delivered: (state) => deliver(state),
  'delivered-before': (state) => deliver(state),
  'delivered-anyway': (state) => ({ ...deliver(state), stopped: null }),
  late: (state) => ({ ...state, attention: 'DELIVERY_LATE' }),

  stopped: (state, { reason }) => ({ ...state, stopped: state.stopped ?? reason }),
  cancelling: (state, { reason }) => ({ ...state, reason }),
  undone: same,
  'undo-delayed': (state) => ({ ...state, attention: 'UNDO_FAILING' }),
  'undo-failed': same,
  cancelled: ({ parts, delivery, ...state }, { failed = [] }) => ({
    ...state,
    status: 'CANCELLED',
    delivery: delivery && 'CANCELLED',
    parts: parts && mapParts(parts, () => 'CANCELLED'),
    attention: failed.length > 0 ? 'UNDO_FAILING' : null,
  }),
  ended: (state, { reason }) => answered(state, { outcome: 'cancelled', reason: reason ?? 'cancelled' }),

  'service-unavailable': same,
  'record-failed': same,
  'signal-ignored': same,
};

/** The placement is answered once. */
const answered = (state: OrderState, answer: PlacementAnswer): OrderState =>
  state.placement ? state : { ...state, placement: { ...answer, ...state.first } };

const confirm = ({ parts, ...state }: OrderState): OrderState => ({
  ...state,
  status: 'CONFIRMED',
  parts: parts && mapParts(parts, (part) => (part === 'PENDING' ? 'CONFIRMED' : part)),
});

const deliver = (state: OrderState): OrderState => ({
  ...state,
  delivery: 'DELIVERED',
  deliveryUncertain: false,
  attention: null,
});

const withPart = (state: OrderState, restaurant: string, status: OrderStatus): OrderState => ({
  ...state,
  parts: { ...state.parts, [restaurant]: status },
});

const mapParts = (parts: NonNullable<OrderFacts['parts']>, change: (status: OrderStatus) => OrderStatus) =>
  Object.fromEntries(Object.entries(parts).map(([restaurant, status]) => [restaurant, change(status)]));
