/** What an attack is, and what attackers have in common. */
import { once, setMaxListeners } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller } from '../../contracts/access';
import { urlsIn } from '../platform/platform';
import { createKeepAlive, type Method } from '../platform/send';
import { authorization } from '../stack/access';
import type { ServiceName } from '../stack/addresses';
import type { World } from './world';

/**
 * How one try of an attacker ended: the status of an answer, a connection that was closed without one (`cut`) or is still open (`held`), a request
 * that still waited for its answer when the attack was over, a message that went to a dead queue or did not, a signal that the server took.
 */
export type Outcome = number | 'cut' | 'held' | 'waiting' | 'dead' | 'not dead' | 'taken';
export type Outcomes = Record<string, number>;

export interface Attack {
  name: string;
  /** The bounds in docs/security.md that stop it. */
  bounds: string;
  /** Right, and each has to occur: it shows that the attack has reached its bound. */
  stoppedBy: readonly Outcome[];
  /** Right as well. */
  also: readonly Outcome[];
  /** @default `attackMs` */
  lastsMs?: number;
  run: (attacker: Attacker) => Promise<void>;
}

/** Enough for forty honest placements. */
export const attackMs = 5_000;

export interface AttackRequest {
  service: ServiceName;
  method: Method;
  path: string;
  /** Without one there is no token, unless `headers` has one. */
  caller?: Caller;
  headers?: Record<string, string>;
  /** A text or bytes are sent as they are. */
  body?: object | string | Buffer;
}

export type Attacker = ReturnType<typeof createAttacker>;

/** For the last answers, when the time is over. */
const graceMs = 2_000;

/** An attacker at an address of its own, so that it uses up no honest customer's budget; until a time (Unix, in milliseconds). */
export function createAttacker(world: World, localAddress: string, endsAt: number) {
  const outcomes: Outcomes = {};
  const urlOf = urlsIn(process.env);
  const { transport } = createKeepAlive(localAddress);
  const count = (outcome: Outcome, times = 1): void => void (outcomes[outcome] = (outcomes[outcome] ?? 0) + times);
  const goesOn = (): boolean => Date.now() < endsAt;
  const timeoutMs = endsAt - Date.now() + graceMs;
  const signal = AbortSignal.timeout(timeoutMs);
  setMaxListeners(0, signal);

  return {
    world,
    outcomes,
    count,
    goesOn,
    untilTheEnd: () => sleep(Math.max(endsAt - Date.now(), 0)),

    /** Sends a request and counts its outcome. */
    send: async ({ service, method, path, caller, headers, body }: AttackRequest): Promise<void> => {
      const type = body !== undefined && { 'content-type': 'application/json' };
      const allHeaders = { ...(caller && (await authorization(caller))), ...type, ...headers };
      const bytes =
        body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
      const url = urlOf(service) + path;
      const answer = await transport({ url, method, headers: allHeaders, body: bytes, timeoutMs, signal }).catch(
        (): Outcome => (signal.aborted ? 'waiting' : 'cut'),
      );
      count(typeof answer === 'object' ? answer.status : answer);
    },

    /** Has as many at work at once, each on the next try as soon as one ends, until the time is over. */
    flood: async (atOnce: number, attempt: (number: number) => Promise<void>): Promise<void> => {
      let number = 0;
      const worker = async () => {
        while (goesOn()) await attempt(number++);
      };
      await Promise.all(Array.from({ length: atOnce }, worker));
    },

    /** Opens a connection, and counts no outcome. */
    dial: async (service: ServiceName): Promise<Socket> => {
      const { hostname, port } = new URL(urlOf(service));
      const socket = connect({ host: hostname, port: Number(port), localAddress });
      socket.on('error', () => undefined); // it closes
      await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
      return socket;
    },
  };
}

/** Takes turns. */
export const turn = <T>(all: readonly T[], number: number): T => all[number % all.length] as T;
