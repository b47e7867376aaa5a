import { randomUUID } from 'node:crypto';
import { ratingStored } from '../../contracts/answers/orders';
import { ratingLogFields, ratingWorkflowId, workflowTypes } from '../../contracts/names';
import { rateOrderBody } from '../../contracts/orders';
import type { RatingInput, RatingRefusal } from '../../contracts/workflow';
import { addLogFields } from '../../lib/logging/correlation';
import { describeWorkflow, type Temporal } from '../../lib/temporal/connection';
import { startWithUpdate } from '../../lib/temporal/send';
import { findOrder } from '../../prisma/user/orders';
import { refusalOf } from '../../prisma/user/ratings';
import { rateUpdate } from '../../workflows/messages';
import { ratingMemo, ratingStart, ratingValues } from '../../workflows/start';
import { accepted, held, withSuccess } from '../answers';
import { refuseAnothers } from '../http/access';
import { refuse, type Refusal } from '../http/refusals';
import { answer, body, route } from '../http/route';
import { exampleIds, exampleRating } from '../openapi/examples';
import type { UserDeps } from './deps';

const refusals: Record<RatingRefusal, Refusal<'NOT_FOUND' | 'NOT_DELIVERED' | 'DUPLICATE'>> = {
  unknown_order: refuse('NOT_FOUND', 'Order not found'),
  not_delivered: refuse('NOT_DELIVERED', 'The order has not been delivered'),
  duplicate: refuse('DUPLICATE', 'Duplicate entry: the order has already been rated'),
};

const rateOrder = route({
  method: 'POST',
  path: '/ratings',
  oldName: { path: '/dilvery-agent-rating' },
  id: 'rateOrder',
  summary: 'Rates a delivered order and its courier, once',
  roles: ['customer'],
  body: body(rateOrderBody, {
    user_id: exampleIds.user,
    order_id: exampleIds.order,
    order_rating: 5,
    agent_rating: 4,
  }),
  answers: {
    201: answer(
      'The rating is stored, and certain to be counted.',
      ratingStored,
      withSuccess('Rating stored', exampleRating),
    ),
    202: accepted,
  },
  refusals: {
    NOT_FOUND: { status: 400, meaning: "The order is unknown, or another customer's." },
    NOT_DELIVERED: 'The order has not been delivered.',
    DUPLICATE: 'The order has been rated.',
  },
  async handle({ db, temporal, policy }: UserDeps, { body, caller, answer }) {
    const { order_id, user_id, order_rating, agent_rating } = body;
    const refused = refuseAnothers(caller, user_id);
    if (refused) return refused;
    addLogFields(ratingLogFields(order_id));
    // Refuses early what needs no workflow; the rating workflow decides again, and alone, when it stores.
    const refusal = refusalOf(await findOrder(db, order_id), user_id);
    if (refusal) return refusals[refusal];

    const rating = { ...body, rating_id: randomUUID() };
    const sent = await startWithUpdate(
      temporal,
      { workflow: workflowTypes.rating, options: ratingStart(rating, policy) },
      { definition: rateUpdate, updateId: rating.rating_id, args: [rating] },
    );
    if (sent.state === 'held') return (await isHeld(temporal, rating)) ? held : refusals.duplicate;
    if (sent.value.outcome !== 'stored') return refusals[sent.value.outcome];
    const { id, user_order_id } = sent.value;
    const data = { id, user_order_id, order_rating, agent_rating };
    return answer(201, withSuccess('Rating stored', data), { Location: `/orders/${order_id}` });
  },
});

/** Whether Temporal holds the same rating of the order: this one, or an earlier one. */
async function isHeld(temporal: Temporal, rating: RatingInput): Promise<boolean> {
  const values = (await describeWorkflow(temporal, ratingWorkflowId(rating.order_id)))?.memo?.[ratingMemo];
  return values === undefined || values === ratingValues(rating);
}

export const ratingRoutes = [rateOrder];
