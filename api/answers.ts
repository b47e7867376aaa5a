/** What the answers of several routes have in common (contract, section 2). */
import { accepted as acceptedSchema } from '../contracts/answers/common';
import { answer, type Answered } from './http/route';

export const withSuccess = <Data>(message: string, data: NoInfer<Data>) => ({ success: true as const, message, data });

/** The form of the restaurants' and the agents' answers. */
export const withStatus = <Data>(message: string, data: NoInfer<Data>) => ({ status: true as const, message, data });

export const acceptedBody = {
  success: true as const,
  status: 'ACCEPTED' as const,
  message: 'Accepted. A service is slow or unavailable; the request will complete without a retry.',
};

/** Declares that a route may answer `held`. */
export const accepted = answer(
  'Accepted: it will be done. A service is slow or unavailable.',
  acceptedSchema,
  acceptedBody,
);

/** The answer to what Temporal holds but could not complete in time. */
export const held: Answered<202> = { status: 202, body: acceptedBody, headers: {} };
