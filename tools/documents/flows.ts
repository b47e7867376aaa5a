/** Which process sends which message to which, for the AsyncAPI document. */
import type { z } from 'zod';
import * as messages from '../../contracts/messages';
import type { queues } from '../../contracts/names';
import { exampleIds, exampleTimes } from '../../api/openapi/examples';

type Process = 'api-delivery' | 'worker-order' | 'worker-restaurant' | 'worker-delivery';

type Message = ReturnType<typeof message>;

export interface Flow {
  /** The queue's name in `queues`: the name of its channel, and used in the names of its operations. */
  key: keyof typeof queues;
  description: string;
  senders: Process[];
  receiver: Process;
  message: Message;
  reply?: Message;
}

/** Checks the example's type. */
const message = <T extends z.ZodType>(name: string, schema: T, example: z.input<T>) => ({ name, schema, example });

const { order: order_id, user: user_id, restaurant: restaurant_id, menuItem: menu_item_id } = exampleIds;
const agent = { agent_id: exampleIds.agent, agent_name: 'Asha' };
const placedOrder = {
  order_id,
  user_id,
  placed_at: exampleTimes.placed,
  status: 'PENDING' as const,
  restaurants: [{ restaurant_id, items: [{ menu_item_id, quantity: 2 }] }],
};

export const flows: Flow[] = [
  {
    key: 'placeOrder',
    description:
      'An order for the restaurants to check, price and store. Shared with old programs, whose orders are adopted.',
    senders: ['worker-order'],
    receiver: 'worker-restaurant',
    message: message('PlaceOrder', messages.placeOrderMessage, placedOrder),
    reply: message('CreateOrderReply', messages.createOrderReply, { outcome: 'created', total: '17.00' }),
  },
  {
    key: 'changeOrderStatus',
    description: "A decision on an order or on one restaurant's part, or the undo of a placement.",
    senders: ['worker-order'],
    receiver: 'worker-restaurant',
    message: message('ChangeOrder', messages.changeOrderMessage, {
      order_id,
      user_id,
      placed_at: exampleTimes.placed,
      status: 'CONFIRMED',
    }),
    reply: message('ChangeOrderReply', messages.changeOrderReply, {
      outcome: 'changed',
      total: '17.00',
      from: 'PENDING',
    }),
  },
  {
    key: 'assignAgent',
    description: 'A confirmed order needs an agent. Shared with old programs, whose orders are adopted.',
    senders: ['worker-order'],
    receiver: 'worker-delivery',
    message: message('AssignAgent', messages.assignAgentMessage, { order_id }),
    reply: message('AssignAgentReply', messages.assignAgentReply, { outcome: 'assigned', ...agent, status: 'PENDING' }),
  },
  {
    key: 'updateDeliveryStatus',
    description: "A delivery's next status, its undo, or a job that is handed back.",
    senders: ['worker-order'],
    receiver: 'worker-delivery',
    message: message('ChangeDelivery', messages.changeDeliveryMessage, { order_id, status: 'PICKED_UP' }),
    reply: message('ChangeDeliveryReply', messages.changeDeliveryReply, { outcome: 'changed' }),
  },
  {
    key: 'agentAssigned',
    description: 'A waiting order has got its agent. A lost message does no harm: the order asks again.',
    senders: ['worker-delivery', 'api-delivery'],
    receiver: 'worker-order',
    message: message('AgentAssigned', messages.agentAssignedMessage, { order_id, ...agent }),
  },
  {
    key: 'adoptOrder',
    description: 'An order of an old program, at the stage that its message shows.',
    senders: ['worker-restaurant', 'worker-delivery'],
    receiver: 'worker-order',
    message: message('AdoptOrder', messages.adoptOrderMessage, { kind: 'placed', order: placedOrder }),
  },
];

/** Goes to the exchange, and from there to both queues. */
export const rating = {
  message: message('Rating', messages.ratingMessage, { order_id, order_rating: 5, agent_rating: 4 }),
  sender: 'worker-order' as const,
  queues: [
    { key: 'restaurantRatings', receiver: 'worker-restaurant' },
    { key: 'deliveryRatings', receiver: 'worker-delivery' },
  ] as const,
};
