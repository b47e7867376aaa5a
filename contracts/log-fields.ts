/** The fields by which the log lines and spans of one order are found across all processes. */
import { orderWorkflowId, ratingWorkflowId } from './names';

/** The fields for a workflow id: `order_id` too if it is an order's or its rating's. */
export function workflowLogFields(workflowId: string): { workflow_id: string; order_id?: string } {
  const orderId = /^(?:order|rating)-(.+)$/.exec(workflowId)?.[1];
  return { workflow_id: workflowId, ...(orderId !== undefined && { order_id: orderId }) };
}

export const orderLogFields = (orderId: string) => workflowLogFields(orderWorkflowId(orderId));
export const ratingLogFields = (orderId: string) => workflowLogFields(ratingWorkflowId(orderId));
