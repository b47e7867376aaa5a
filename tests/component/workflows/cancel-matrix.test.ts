/**
 * A cancel by every sender, in the states that pass too quickly on the running system: during placement, and while no agent is free. The
 * other states are in tests/e2e/cancel-matrix.test.ts.
 */
import { WorkflowFailedError } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { agentAssignedSignal, cancelUpdate, decideUpdate, deliveryStatusSignal } from '../../../workflows/messages';
import { aGate } from '../../fixtures/gate';
import {
  calledDurably,
  confirm,
  done,
  move,
  never,
  noAgentFree,
  orderStage,
  refusalOf,
  undoCalls,
  type ServedOrder,
} from '../../fixtures/order-stage';
import { agent } from '../../fixtures/workflows';

const { given } = orderStage();

/** An order that stays in its state until the test releases it. */
interface Held {
  order: ServedOrder;
  release(): Promise<void>;
}

interface State {
  hold(): Promise<Held>;
  /** The expected compensations. */
  undone: string[];
}

const states = {
  'being placed': {
    async hold() {
      const answer = aGate();
      const created = async () => ({ outcome: 'created' as const, total: '9.00' });
      const order = await given({ createOrder: () => Promise.race([answer.promise.then(created), never()]) });
      await calledDurably(order, 'createOrder');
      const release = async () => {
        answer.open();
        expect(await order.place()).toMatchObject({ outcome: 'placed' });
      };
      return { order, release };
    },
    undone: ['changeOrder CANCELLED', 'recordProgress CANCELLED'],
  },
  'waiting for an agent': {
    async hold() {
      const order = await given(noAgentFree);
      await confirm(order);
      await order.sees('waiting for an agent');
      const release = async () => {
        await order.handle.signal(agentAssignedSignal, agent);
        await order.sees('agent assigned');
      };
      return { order, release };
    },
    undone: ['changeDelivery CANCELLED', 'changeOrder CANCELLED', 'recordProgress CANCELLED'],
  },
} satisfies Record<string, State>;
type StateName = keyof typeof states;

const senders = {
  'the customer': (order) => order.update(cancelUpdate, {}),
  'the restaurant': (order) => order.update(decideUpdate, { status: 'CANCELLED' }),
  'the restaurant, with a reason': (order) =>
    order.update(decideUpdate, { status: 'CANCELLED', reason: 'the oven broke' }),
  'the courier': (order) => move(order, 'CANCELLED'),
  'the courier, by signal': (order) => order.handle.signal(deliveryStatusSignal, 'CANCELLED'),
  'an operator': async (order) => void (await order.handle.cancel()),
} satisfies Record<string, (order: ServedOrder) => Promise<unknown>>;
type Sender = keyof typeof senders;

/** `ends`: undone, the workflow completes; `CANCELED`: undone, the workflow ends CANCELED; `noted`: nothing changes; else the refusal. */
type Word = 'ends' | 'CANCELED' | 'noted' | 'DECISION_NOT_ALLOWED' | 'ILLEGAL_TRANSITION';

/** Columns: being placed, waiting for an agent. */
const table: Record<Sender, [Word, Word]> = {
  'the customer': ['ends', 'ends'],
  'the restaurant': ['ends', 'DECISION_NOT_ALLOWED'],
  'the restaurant, with a reason': ['ends', 'ends'],
  'the courier': ['ILLEGAL_TRANSITION', 'ends'],
  'the courier, by signal': ['noted', 'ends'],
  'an operator': ['CANCELED', 'CANCELED'],
};

const cells = Object.entries(table).flatMap(([who, words]) =>
  Object.keys(states).map((state, column) => [state as StateName, who as Sender, words[column] as Word] as const),
);

test.each(cells)('given an order %s, when %s cancels it, then: %s', async (state, who, word) => {
  const { order, release } = await states[state].hold();
  const sent: Promise<unknown> = senders[who](order);

  if (word === 'ends' || word === 'CANCELED') {
    expect([undefined, done]).toContainEqual(await sent); // a signal and an operator's cancel have no answer
    expect(await endOf(order)).toBe(word === 'ends' ? 'CANCELLED' : 'CANCELED');
    expect(undoCalls(order)).toEqual(states[state].undone);
    expect(await order.view()).toMatchObject({ status: 'CANCELLED', agent: null });
    expect((await order.place()).outcome).toBe(state === 'being placed' ? 'cancelled' : 'placed');
    return;
  }
  if (word === 'noted') {
    await sent;
    await order.sees('signal deliveryStatus ignored');
  } else {
    expect(await refusalOf(sent)).toBe(word);
  }
  await release();
  expect(undoCalls(order)).toEqual([]);
});

/** The outcome of a completed workflow, or CANCELED. */
async function endOf({ handle }: ServedOrder): Promise<string> {
  try {
    return (await handle.result()).outcome;
  } catch (err) {
    if (err instanceof WorkflowFailedError && err.cause instanceof CancelledFailure) return 'CANCELED';
    throw err;
  }
}
