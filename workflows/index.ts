/** What the worker registers. */
export { orderWorkflow } from './order/order';
export { ratingWorkflow } from './rating/rating';
