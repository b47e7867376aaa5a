/**
 * Every name that two programs must spell alike, each spelt once. The misspelt ones belong to the platform
 * that this system re-implements: its clients and message peers still use them.
 */

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
} as const;

export type QueueName = (typeof queues)[keyof typeof queues];

/** The fanout exchange for ratings; transient, because old programs declare it so. */
export const ratingsExchange = 'ratings-exchange';

/** Where messages wait that are tried again later. */
export const retryQueue = (queue: string): string => `${queue}.retry`;

/** Where messages go that can never be handled; each carries the reason in its headers. */
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

/** Where Temporal's SDKs have a place in a trace among their headers. */
export const traceHeader = '_tracer-data';

/** Names of the messages that the order workflow answers; the signals and the query also from the stock CLI. */
export const orderMessages = {
  place: 'place',
  decide: 'decide',
  moveDelivery: 'moveDelivery',
  cancel: 'cancel',
  askAgent: 'askAgent',
  decline: 'decline',
  deliveryStatus: 'deliveryStatus',
  restaurantDecision: 'restaurantDecision',
  agentAssigned: 'agentAssigned',
  order: 'order',
} as const;

/** With this type of failure an order's update says that it is so already: a success that leaves nothing in the order's history. */
export const alreadyApplied = 'ALREADY_APPLIED';

/** The failure type of an update whose like waits to be done already. */
export const alreadyPending = 'ALREADY_PENDING';

export const ratingMessages = {
  rate: 'rate',
} as const;

/** The update id of a placement: one for each order, so that a repeated placement gets the first outcome. */
export const placementUpdateId = 'place';

export const searchAttributes = {
  orderStatus: 'OrderStatus',
  deliveryStatus: 'DeliveryStatus',
  userId: 'UserId',
  agentId: 'AgentId',
  orderAttention: 'OrderAttention',
  restaurantIds: 'RestaurantIds',
} as const;
