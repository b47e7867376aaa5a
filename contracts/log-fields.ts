/** The fields by which the log lines and the spans of all processes over one order are found. */
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

/** Of a workflow's id: whichever workflow of an order's it is. */
export function workflowLogFields(workflowId: string): { workflow_id: string; order_id?: string } {
  const orderId = /^(?:order|rating)-(.+)$/.exec(workflowId)?.[1];
  return { workflow_id: workflowId, ...(orderId !== undefined && { order_id: orderId }) };
}
