/** What the worker registers. */
export { orderWorkflow } from './order';
export { ratingWorkflow } from './rating';
