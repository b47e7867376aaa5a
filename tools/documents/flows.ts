/** Which process sends which message to which, for the AsyncAPI document. */
import type { z } from 'zod';
import { cloudEvent, orderEvents } from '../../contracts/events';
import * as messages from '../../contracts/messages';
import type { queues } from '../../contracts/names';
import { logged, loggedTypes, type LogEntry, type LoggedType } from '../../contracts/order-log';
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

const times = exampleTimes;
/** The steps of an order; those of the early ends are of another one. */
const exampleLog: LogEntry[] = [
  logged.placed(times.placed, [restaurant_id]),
  ...logged.priced(times.placed, '17.00'),
  logged.refusedInPart(times.confirmed, 'PENDING', restaurant_id, 'No lamb left'),
  logged.confirmed(times.confirmed, '17.00'),
  logged.agentSearched(times.confirmed, 0),
  logged.agentAssigned(times.assigned, agent),
  logged.handedBack(times.assigned, agent, 'Flat tyre'),
  logged.pickedUp(times.pickedUp, agent),
  logged.late(times.delivered, agent),
  logged.delivered(times.delivered, agent),
  logged.cancelled(times.confirmed, false, 'Changed my mind', 'customer'),
  logged.rejected(times.placed, 'the restaurant is closed'),
  logged.rated(times.delivered, 5, 4),
];

/** `handed-back` is `OrderHandedBack`. */
const eventName = (type: LoggedType): string =>
  `Order${type.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())}`;

const eventExample = (type: LoggedType) => {
  const at = exampleLog.findIndex((entry) => entry.type === type);
  const entry = exampleLog[at] as LogEntry;
  return cloudEvent({ ...entry, orderId: order_id, n: at + 1, at: new Date(entry.at) });
};

/** Go to the exchange, each type as a message of its own, and from there to both queues. */
export const events = {
  messages: loggedTypes.map((type) => ({
    name: eventName(type),
    schema: orderEvents[type],
    example: eventExample(type),
  })),
  sender: 'worker-order' as const,
  queues: [
    { key: 'restaurantEvents', receiver: 'worker-restaurant' },
    { key: 'deliveryEvents', receiver: 'worker-delivery' },
  ] as const,
};
