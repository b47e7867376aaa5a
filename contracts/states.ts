/** States of orders and deliveries, and the transitions between them (contract, section 3). Plain constants: workflow code imports them. */

export const orderStatuses = ['PENDING', 'CONFIRMED', 'CANCELLED'] as const;
export type OrderStatus = (typeof orderStatuses)[number];

export const deliveryStatuses = ['PENDING', 'PICKED_UP', 'DELIVERED', 'CANCELLED'] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

/** What a restaurant may decide. */
export const decisions = ['CONFIRMED', 'CANCELLED'] as const;
export type Decision = (typeof decisions)[number];

/** What a courier may report. */
export const deliveryMoves = ['PICKED_UP', 'DELIVERED', 'CANCELLED'] as const;
export type DeliveryMove = (typeof deliveryMoves)[number];

/** For each target, the statuses from which an order, or one restaurant's part of it, may get there. */
export const orderTransitions: Record<Decision, readonly OrderStatus[]> = {
  CONFIRMED: ['PENDING'],
  CANCELLED: ['PENDING', 'CONFIRMED'],
};

/** For each target, the statuses from which a delivery may get there. */
export const deliveryTransitions: Record<DeliveryMove, readonly DeliveryStatus[]> = {
  PICKED_UP: ['PENDING'],
  DELIVERED: ['PICKED_UP'],
  CANCELLED: ['PENDING', 'PICKED_UP'],
};

/** The customer's choice for the case that one of several restaurants refuses. */
export const partialRefusals = ['cancel_all', 'keep_rest'] as const;
export type PartialRefusal = (typeof partialRefusals)[number];

/** An order's progress for metrics: the order status and the delivery status in one. */
export const orderStages = ['PENDING', 'CONFIRMED', 'ASSIGNED', 'PICKED_UP', 'DELIVERED', 'CANCELLED'] as const;
export type OrderStage = (typeof orderStages)[number];
