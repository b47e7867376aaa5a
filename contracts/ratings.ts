/** HTTP body of a rating (contract, section 2). */
import { z } from 'zod';
import { anyId, rating } from './values';

/** `POST /ratings` */
export const rateOrderBody = z
  .object({ user_id: anyId, order_id: anyId, order_rating: rating, agent_rating: rating })
  .meta({ id: 'RateOrderBody' });
