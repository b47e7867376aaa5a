import { randomUUID } from 'node:crypto';
import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { ratingLogFields } from '../../contracts/log-fields';
import { ratingWorkflowId, workflowTypes } from '../../contracts/names';
import { rateOrderBody } from '../../contracts/ratings';
import type { OrderPolicy, RatingInput, RatingOutcome } from '../../contracts/workflow';
import { addLogFields } from '../../lib/logging/context';
import { describeWorkflow, type Temporal } from '../../lib/temporal/connection';
import { startWithUpdate, type Sent } from '../../lib/temporal/send';
import type { Database } from '../../prisma/user/client';
import { findOrder } from '../../prisma/user/orders';
import { refusalOf, type RatingRefusal } from '../../prisma/user/ratings';
import type { ratingWorkflow } from '../../workflows';
import { rateUpdate } from '../../workflows/messages';
import { ratingMemo, ratingStart, ratingValues } from '../../workflows/start';
import { callerOf, only, requireOwnUser } from '../http/access';
import { accepted, created } from '../http/answers';
import { readBody } from '../http/input';
import { ruleBroken, type HttpProblem } from '../http/problems';

export interface RatingDeps {
  db: Database;
  temporal: Temporal;
  policy: OrderPolicy;
}

const uuid = z.guid();

export function ratingRoutes(deps: RatingDeps): Router {
  const router = Router();
  router.post(['/ratings', '/dilvery-agent-rating'], only('customer'), (req, res) => rate(deps, req, res));
  return router;
}

async function rate({ db, temporal, policy }: RatingDeps, req: Request, res: Response): Promise<void> {
  const body = readBody(rateOrderBody, req);
  if (!uuid.safeParse(body.order_id).success || !uuid.safeParse(body.user_id).success) throw refusals.unknown_order();
  requireOwnUser(callerOf(req), body.user_id.toLowerCase());
  const rating = {
    ...body,
    order_id: body.order_id.toLowerCase(),
    user_id: body.user_id.toLowerCase(),
    rating_id: randomUUID(),
  };
  addLogFields(ratingLogFields(rating.order_id));
  // What can be told without a workflow is; the rating workflow decides again, and alone, when it stores.
  const refusal = refusalOf(await findOrder(db, rating.order_id), rating.user_id);
  if (refusal) throw refusals[refusal]();

  const sent = await startRating(temporal, rating, policy);
  if (sent.state === 'held') {
    if (!(await isHeld(temporal, rating))) throw refusals.duplicate();
    return accepted(res);
  }
  if (sent.value.outcome !== 'stored') throw refusals[sent.value.outcome]();
  const { id, user_order_id } = sent.value;
  created(req, res, '/ratings', `/orders/${rating.order_id}`, {
    success: true,
    message: 'Rating stored',
    data: { id, user_order_id, order_rating: rating.order_rating, agent_rating: rating.agent_rating },
  });
}

const startRating = (temporal: Temporal, rating: RatingInput, policy: OrderPolicy): Promise<Sent<RatingOutcome>> =>
  startWithUpdate<typeof ratingWorkflow, RatingOutcome, [RatingInput]>(
    temporal,
    { workflow: workflowTypes.rating, options: ratingStart(rating, policy) },
    { definition: rateUpdate, updateId: rating.rating_id, args: [rating] },
  );

/** Whether what Temporal holds for the order says the same: this rating, or one before it. */
async function isHeld(temporal: Temporal, rating: RatingInput): Promise<boolean> {
  const held = (await describeWorkflow(temporal, ratingWorkflowId(rating.order_id)))?.memo?.[ratingMemo];
  return held === undefined || held === ratingValues(rating);
}

const refusals: Record<RatingRefusal, () => HttpProblem> = {
  unknown_order: () => ruleBroken('Order not found'),
  not_delivered: () => ruleBroken('The order has not been delivered'),
  duplicate: () => ruleBroken('Duplicate entry: the order has already been rated'),
};
