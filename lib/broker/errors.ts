/** Thrown when the broker cannot take a message now: not connected, blocked, or lost before the confirm. Retryable. */
export class BrokerUnavailableError extends Error {
  override readonly name = 'BrokerUnavailableError';
}

/** Thrown when no queue takes a mandatory message: its consumer was never set up on this broker. Retryable. */
export class UnroutableError extends Error {
  override readonly name = 'UnroutableError';
}

/** Thrown when no reply arrived before the timeout. The request may have taken effect. Retryable. */
export class RequestTimeoutError extends Error {
  override readonly name = 'RequestTimeoutError';
}

/** Thrown by a requester when the service replied with a fault, and by a handler to classify its failure. */
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
