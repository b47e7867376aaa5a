import { loggedTypes, type LoggedType } from './order-log';

/** Names that two programs must spell alike. The misspelt ones are those of the platform that this system re-implements. */

/** RabbitMQ queues. The first two are shared with old programs and are declared exactly as those declare them. */
export const queues = {
  placeOrder: 'place-order-queue',
  assignAgent: 'assign-dilvery-agent-queue',
  changeOrderStatus: 'change-order-status-queue',
  updateDeliveryStatus: 'update-dilvery-status-queue',
  agentAssigned: 'agent-assigned-queue',
  adoptOrder: 'adopt-order-queue',
  restaurantRatings: 'ratings-exchange.restaurant',
  deliveryRatings: 'ratings-exchange.delivery',
  restaurantEvents: 'order-events.restaurant',
  deliveryEvents: 'order-events.delivery',
} as const;

export type QueueName = (typeof queues)[keyof typeof queues];

/** The fanout exchange for ratings. Transient, because old programs declare it so. */
export const ratingsExchange = 'ratings-exchange';

/** The durable topic exchange of the orders' events, by their types. Old programs have no queue there. */
export const eventsExchange = 'order-events';

/** The routing key of an event: its type. */
export const eventType = <Type extends LoggedType>(type: Type) => `food-delivery.order.${type}.v1` as const;

/** The types that each service receives. An order does not concern a restaurant before it is priced, nor a courier who does not have the job. */
const received = {
  [queues.restaurantEvents]: loggedTypes.filter((type) => type !== 'placed'),
  [queues.deliveryEvents]: ['agent-assigned', 'handed-back', 'picked-up', 'late', 'delivered', 'cancelled', 'rated'],
} as const satisfies Partial<Record<QueueName, readonly LoggedType[]>>;

/** Bound to the exchange, by their routing keys. They are consumed in order: by one process at a time, each message before the next. */
export const eventQueues = Object.entries(received).map(([queue, types]) => ({
  queue: queue as keyof typeof received,
  routingKeys: types.map(eventType),
}));

/** Holds the messages that wait for their next attempt. */
export const retryQueue = (queue: string): string => `${queue}.retry`;

/** Holds the messages that cannot be handled, each with the reason in its headers. */
export const deadQueue = (queue: string): string => `${queue}.dead`;

/** The AMQP `app_id` of our own messages. Together with a `reply_to` it marks a request of a running workflow. */
export const platformAppId = 'durable-food-delivery';

/** The Temporal task queue of the order and rating workflows. */
export const ordersTaskQueue = 'orders';

/** The worker deployment whose versions are the builds of the order worker. */
export const ordersDeployment = 'orders';

/** Workflow types, as the Web UI and the CLI show them. */
export const workflowTypes = { order: 'orderWorkflow', rating: 'ratingWorkflow' } as const;

export const orderWorkflowId = (orderId: string): string => `order-${orderId}`;
export const ratingWorkflowId = (orderId: string): string => `rating-${orderId}`;

/** The header in which Temporal's SDKs carry the trace context. */
export const traceHeader = '_tracer-data';

/** Updates, signals and the query of the order workflow. The stock CLI can send the signals and the query too. */
export const orderMessages = {
  place: 'place',
  deliveryStatus: 'deliveryStatus',
  restaurantDecision: 'restaurantDecision',
  agentAssigned: 'agentAssigned',
  order: 'order',
} as const;

/** Failure type of an order update that is a no-op: a success that leaves nothing in the order's history. */
export const alreadyApplied = 'ALREADY_APPLIED';

/** Failure type of an order update while an equal one is still pending. */
export const alreadyPending = 'ALREADY_PENDING';

export const ratingMessages = { rate: 'rate' } as const;

/** The update id of a placement: one for each order, so that a repeated placement gets the first outcome. */
export const placementUpdateId = 'place';

/** Search attributes of the order workflow: typed keys of the SDK (`SearchAttributeKey`). List queries and the Web UI use the names too. */
export const searchAttributes = {
  orderStatus: { name: 'OrderStatus', type: 'KEYWORD' },
  deliveryStatus: { name: 'DeliveryStatus', type: 'KEYWORD' },
  userId: { name: 'UserId', type: 'KEYWORD' },
  agentId: { name: 'AgentId', type: 'KEYWORD' },
  orderAttention: { name: 'OrderAttention', type: 'KEYWORD' },
  restaurantIds: { name: 'RestaurantIds', type: 'KEYWORD_LIST' },
} as const;

/** The fields by which an order's log lines and spans are found across all processes. `order_id`: also of its rating's workflow. */
export function workflowLogFields(workflowId: string): { workflow_id: string; order_id?: string } {
  const orderId = /^(?:order|rating)-(.+)$/.exec(workflowId)?.[1];
  return { workflow_id: workflowId, ...(orderId !== undefined && { order_id: orderId }) };
}

export const orderLogFields = (orderId: string) => workflowLogFields(orderWorkflowId(orderId));
export const ratingLogFields = (orderId: string) => workflowLogFields(ratingWorkflowId(orderId));

/** The user of an order that only an old restaurant program knows. No token is theirs. */
export const unknownUser = '00000000-0000-0000-0000-000000000000';
