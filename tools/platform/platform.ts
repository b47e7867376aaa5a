/**
 * The platform's one client, for tests and tools: a method for each request, with the bodies and answers of the contract.
 *
 * @example
 * const platform = createPlatform();
 * const { order_id } = bodyOf(await platform.as(aCustomer(userId)).placeOrder(order));
 */
import type { Caller } from '../../contracts/access';
import { anOperator, authorization } from '../stack/access';
import type { ServiceName } from '../stack/addresses';
import type { Answer } from './answer';
import { openEventStream, type EventStream, type EventStreamOptions } from './event-stream';
import { createRequests } from './requests';
import { createSend, fetchTransport, type Method, type PlatformOptions, type RequestOptions } from './send';

export interface Platform extends ReturnType<typeof createRequests> {
  /** Any request, such as one by an old name or with a body that does not match. */
  request<Body = unknown>(
    service: ServiceName,
    method: Method,
    path: string,
    options?: RequestOptions,
  ): Promise<Answer<Body, Body>>;
  /** An event stream. Each of its connections has the caller's token. */
  listen(service: ServiceName, path: string, options: Omit<EventStreamOptions, 'headers'>): EventStream;
  /** The same platform for another caller; null sends no token. */
  as(caller: Caller | null): Platform;
  with(options: Partial<PlatformOptions>): Platform;
}

/** Longer than a service takes to say that it holds a request: 3 s, and 2 s to be sure of it. */
const standardTimeoutMs = 15_000;

/** Unless the options say otherwise: the system that the environment names, an operator, by `fetch`, without repeats. */
export function createPlatform(options: Partial<PlatformOptions> = {}): Platform {
  const all: PlatformOptions = {
    urlOf: urlsIn(process.env),
    authorization,
    transport: fetchTransport,
    caller: anOperator,
    timeoutMs: standardTimeoutMs,
    ...options,
  };
  const send = createSend(all);
  const headers = async () => ({ ...(all.caller && (await all.authorization(all.caller))) });
  return {
    ...createRequests(send),
    request: send,
    listen: (service, path, more) => openEventStream(() => all.urlOf(service) + path, { ...more, headers }),
    as: (caller) => createPlatform({ ...all, caller }),
    with: (others) => createPlatform({ ...all, ...others }),
  };
}

/** Base URLs from the variables that the launcher sets, read again for each request. Throws when one is not set. */
export const urlsIn =
  (variables: NodeJS.ProcessEnv) =>
  (service: ServiceName): string => {
    const name = `${service.toUpperCase()}_SERVICE_URL`;
    const url = variables[name];
    if (!url) throw new Error(`${name} is not set: this needs a running system`);
    return url;
  };

/** Sends again what is held (202) or could not be taken in (503), until the outcome is known. */
export const untilDone = {
  when: ({ status }) => status === 202 || status === 503,
  timeoutMs: 60_000,
  pauseMs: () => 100,
} satisfies PlatformOptions['repeat'];
