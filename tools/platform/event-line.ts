import type { OrderEvent } from '../../contracts/events';

/** `10:04:05.123  agent assigned  Asha`: when (UTC), what, and the facts that matter. With the order's first digits where several are listened to. */
export const eventLine = (event: OrderEvent, ofSeveral: boolean): string =>
  [event.time.slice(11, 23), ofSeveral && shortId(event.data.order_id), whatOf(event), factsOf(event).join(', ')]
    .filter(Boolean)
    .join('  ');

const shortId = (id: string): string => id.slice(0, 8);

/** `food-delivery.order.agent-assigned.v1` is `agent assigned`. */
const whatOf = ({ type }: OrderEvent): string => (type.split('.')[2] ?? type).replaceAll('-', ' ');

/** What the events of any type tell. */
type Facts = Partial<UnionToIntersection<OrderEvent['data']>>;
type UnionToIntersection<Union> = (Union extends unknown ? (each: Union) => void : never) extends (
  each: infer All,
) => void
  ? All
  : never;

function factsOf({ data }: OrderEvent): string[] {
  const { restaurant_ids, restaurant_id, agent, total, by, reason, order_rating, agent_rating } = data as Facts;
  const facts = [
    restaurant_ids && restaurant_ids.length > 1 && `${restaurant_ids.length} restaurants`,
    restaurant_id && `restaurant ${shortId(restaurant_id)}`,
    agent && (agent.agent_name ?? `agent ${shortId(agent.agent_id)}`),
    typeof total === 'number' && `total ${total.toFixed(2)}`,
    by && `by the ${by}`,
    reason,
    order_rating !== undefined && `${order_rating} for the order`,
    agent_rating !== undefined && `${agent_rating} for the agent`,
  ];
  return facts.filter((fact): fact is string => typeof fact === 'string' && fact !== '');
}
