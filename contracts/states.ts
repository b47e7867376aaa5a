/** The states of the contract, section 3. Plain constants: workflow code imports them, so no schema library here. */

export const orderStatuses = ['PENDING', 'CONFIRMED', 'CANCELLED'] as const;
export type OrderStatus = (typeof orderStatuses)[number];

export const deliveryStatuses = ['PENDING', 'PICKED_UP', 'DELIVERED', 'CANCELLED'] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

/** What a restaurant may decide. */
export const decisions = ['CONFIRMED', 'CANCELLED'] as const;
export type Decision = (typeof decisions)[number];

/** What a customer may wish for when one of several restaurants refuses. */
export const partialRefusals = ['cancel_all', 'keep_rest'] as const;
export type PartialRefusal = (typeof partialRefusals)[number];

/** Where a courier may move a delivery. */
export const deliveryMoves = ['PICKED_UP', 'DELIVERED', 'CANCELLED'] as const;
export type DeliveryMove = (typeof deliveryMoves)[number];

/** How far an order is, for whoever counts orders: its status and its delivery's in one. */
export const orderStages = ['PENDING', 'CONFIRMED', 'ASSIGNED', 'PICKED_UP', 'DELIVERED', 'CANCELLED'] as const;
export type OrderStage = (typeof orderStages)[number];
