/** Somebody who reaches Temporal, and sends the orders what they do not expect. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { orderMessages, orderWorkflowId } from '../../../contracts/names';
import { readSystemVariables, withTemporal } from '../../platform/system';
import { turn, type Attack } from '../attack';

const { restaurantDecision, deliveryStatus, agentAssigned } = orderMessages;
/** None of them may change an order that its restaurant has not decided. */
const signals: [name: string, input: unknown][] = [
  [restaurantDecision, 'MAYBE'],
  [restaurantDecision, { status: 'CONFIRMED', restaurant_id: randomUUID() }],
  [restaurantDecision, 'x'.repeat(100_000)],
  [deliveryStatus, 'DELIVERED'],
  [deliveryStatus, 7],
  [agentAssigned, { agent_id: 'me' }],
  [agentAssigned, null],
  ['__proto__', {}],
  ['another', {}],
];
const pauseMs = 20;

export const foreignSignals: Attack = {
  name: 'signals that orders do not expect',
  bounds: 'the rules of an order',
  stoppedBy: ['taken'],
  also: [],
  async run({ world: { orders }, goesOn, count }) {
    await withTemporal(readSystemVariables(process.env, 'The system lacks variables'), async ({ workflow }) => {
      for (let number = 0; goesOn(); number += 1) {
        const [name, input] = turn(signals, number);
        await workflow.getHandle(orderWorkflowId(turn(orders, number).id)).signal(name, input);
        count('taken');
        await sleep(pauseMs);
      }
    });
  },
};
