import type { Request, RequestHandler } from 'express';
import { z } from 'zod';
import { callerClaims, type Caller } from '../../contracts/access';
import { createVerify, signToken, TokenRefusedError, type TokenRules } from '../../lib/http/tokens';
import { admit, callerOf } from './access';
import { unauthenticated } from './refusals';

/** To connect. A stream that is open goes on. */
const lifeSeconds = 60;

/** Not those of callers' tokens: neither passes for the other. */
const rules: TokenRules = { issuer: 'food-delivery', audience: 'food-delivery/streams', clockSkewSeconds: 0 };

const claims = z.object({ stream: z.string(), caller: callerClaims, until: z.number() });

/** With `AUTH_MODE=off` a caller has no token, and a stream no end. */
const noEnd = Number.MAX_SAFE_INTEGER;

export type StreamTokens = ReturnType<typeof createStreamTokens>;

/** @param readKey The key that all processes of the service share. It is read once. */
export function createStreamTokens(readKey: () => Promise<string>) {
  let key: Promise<string> | undefined;
  const keyOnce = (): Promise<string> => {
    key ??= readKey();
    key.catch(() => (key = undefined)); // the next one tries again
    return key;
  };

  return {
    /** A token for the stream at this path, as the caller, until the caller's own token expires. */
    async sign(caller: Caller, stream: string, until: number = noEnd) {
      const expiresAt = new Date(Date.now() + lifeSeconds * 1_000);
      const token = await signToken({ sub: caller.sub, stream, caller, until }, await keyOnce(), rules, lifeSeconds);
      return { token, expires_at: expiresAt.toISOString() };
    },

    /** Admits who has a token for the requested stream in the query. Throws HttpProblem: UNAUTHENTICATED. */
    admit: (async (req, _res, next) => {
      const token = req.query['stream_token'];
      if (typeof token === 'string' && !callerOf(req)) {
        const { stream, caller, until } = await read(token, await keyOnce());
        if (stream !== req.path) throw unauthenticated('The stream token is for another stream');
        admit(req as Request, caller, until);
      }
      next();
    }) satisfies RequestHandler,
  };
}

async function read(token: string, secret: string) {
  const payload = await createVerify(
    { secret },
    rules,
  )(token).catch((error: unknown) => {
    if (error instanceof TokenRefusedError)
      throw unauthenticated(`${error.message}. Make another one: POST /stream-tokens`);
    throw error;
  });
  return claims.parse(payload);
}
