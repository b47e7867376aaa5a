/** The fields by which the log lines and spans of one order are found across all processes. */
import { orderWorkflowId, ratingWorkflowId } from './names';

export interface OrderLogFields extends Record<string, string> {
  order_id: string;
  workflow_id: string;
}

export const orderLogFields = (orderId: string): OrderLogFields => ({
  order_id: orderId,
  workflow_id: orderWorkflowId(orderId),
});

export const ratingLogFields = (orderId: string): OrderLogFields => ({
  order_id: orderId,
  workflow_id: ratingWorkflowId(orderId),
});

/** The fields for a workflow id: `order_id` too if it is an order's or its rating's. */
export function workflowLogFields(workflowId: string): { workflow_id: string; order_id?: string } {
  const orderId = /^(?:order|rating)-(.+)$/.exec(workflowId)?.[1];
  return { workflow_id: workflowId, ...(orderId !== undefined && { order_id: orderId }) };
}
