/** Thrown when the broker cannot take a message now: not connected, connection lost before the confirm, or blocked. Retryable. */
export class BrokerAwayError extends Error {
  override readonly name = 'BrokerAwayError';
}

/** Thrown when a mandatory message found no queue: the consumer's side has never been set up on this broker. Retryable. */
export class UnroutableError extends Error {
  override readonly name = 'UnroutableError';
}

/** Thrown when no reply came in time. Whether the request took effect is unknown. Retryable. */
export class RequestTimeoutError extends Error {
  override readonly name = 'RequestTimeoutError';
}

/** Thrown by a requester when the other side answered with a fault, and by a handler to say how its failure is to be treated. */
export class ServiceFault extends Error {
  override readonly name = 'ServiceFault';
  constructor(
    message: string,
    /** Whether the same request may succeed later. */
    readonly retryable: boolean,
    /** Stable, machine-readable cause. */
    readonly code: string,
  ) {
    super(message);
  }
}
