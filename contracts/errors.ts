/** The machine-readable `code` of every error answer, with its status (contract, section 10). Plain constants: no schema library here. */

/** Refusals by an order's workflow: its state does not allow the command. */
export const orderRefusals = {
  DECISION_NOT_ALLOWED: 400,
  ILLEGAL_TRANSITION: 409,
  CANCEL_TOO_LATE: 409,
  NO_AGENT_YET: 409,
  NOT_CONFIRMED: 400,
  ALREADY_ASSIGNED: 404,
  UNKNOWN_RESTAURANT: 404,
} as const;

/** The status of an order's refusal whose code this build does not know: a newer order worker has other rules too. */
export const unknownRefusalStatus = 409;

const serviceErrors = {
  BAD_HOUR: 400,
  NOT_DELIVERED: 400,
  DUPLICATE: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  TOO_MANY_OPEN_ORDERS: 409,
  GONE: 410,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  UNPROCESSABLE: 422,
  KEY_REUSED: 422,
  TOO_MANY_REQUESTS: 429,
  INTERNAL: 500,
  UNAVAILABLE: 503,
} as const;

export const errorStatus = { ...orderRefusals, ...serviceErrors };
export type ErrorCode = keyof typeof errorStatus;
