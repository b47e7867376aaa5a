/** How callers are known (docs/security.md): the variables, and what does not fit together. */
import { z } from 'zod';
import { isLoopback } from './servers';

/** Of whom and for whom a token is: for whoever signs, too. */
export const tokenNames = {
  AUTH_ISSUER: z.string().min(1).default('food-delivery'),
  AUTH_AUDIENCE: z.string().min(1).default('food-delivery'),
};

export const access = {
  AUTH_MODE: z.enum(['required', 'off']).default('required'),
  /** Shared with whoever signs the tokens, for HS256. As long as what HMAC-SHA-256 makes of it, at least. */
  AUTH_SECRET: z.string().min(32).optional(),
  /** Where an identity provider publishes its keys, in place of the secret. */
  AUTH_JWKS_URL: z.url().optional(),
  ...tokenNames,
  AUTH_CLOCK_SKEW_S: z.coerce.number().int().min(0).max(300).default(30),
};

/** Nobody is let in unknown by mistake: there is one way to know callers, or everything is on this machine alone. */
export function checkAccess(
  config: { AUTH_MODE: string; AUTH_SECRET?: string | undefined; AUTH_JWKS_URL?: string | undefined; HOST: string } & {
    AUTH_SERVICE_TOKEN?: string | undefined;
  },
  context: z.RefinementCtx,
): void {
  const wrong = (name: string, message: string): void => context.addIssue({ code: 'custom', path: [name], message });
  const { AUTH_MODE, AUTH_SECRET, AUTH_JWKS_URL, HOST } = config;
  if (AUTH_MODE === 'off') {
    if (!isLoopback(HOST)) wrong('AUTH_MODE', `off only where HOST is a loopback address, which ${HOST} is not`);
    return;
  }
  if (AUTH_SECRET === undefined && AUTH_JWKS_URL === undefined)
    wrong('AUTH_SECRET', 'needed, or AUTH_JWKS_URL: by one of them tokens are checked');
  if (AUTH_SECRET !== undefined && AUTH_JWKS_URL !== undefined)
    wrong('AUTH_JWKS_URL', 'not beside AUTH_SECRET: tokens are checked by one of them');
  if (AUTH_JWKS_URL !== undefined && 'USER_DATABASE_URL' in config && config.AUTH_SERVICE_TOKEN === undefined)
    wrong('AUTH_SERVICE_TOKEN', 'needed beside AUTH_JWKS_URL: a token with the role service');
}
