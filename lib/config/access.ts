/** Authentication (docs/security.md). */
import { z } from 'zod';
import { isLoopback, type ModeConfig, type Refuse } from './process';

/** The token claims `iss` and `aud`. Programs that sign tokens need them too. */
export const tokenNames = {
  AUTH_ISSUER: z.string().min(1).default('food-delivery'),
  AUTH_AUDIENCE: z.string().min(1).default('food-delivery'),
};

function isSafe(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

export const access = {
  AUTH_MODE: z.enum(['required', 'off']).default('required'),
  /** Shared with the issuer of the tokens, for HS256. At least as long as the output of HMAC-SHA-256. */
  AUTH_SECRET: z
    .string()
    .min(32)
    .refine((secret) => new Set(secret).size > 1, 'one character, repeated')
    .optional(),
  /** Where an identity provider publishes its keys, in place of the secret. */
  AUTH_JWKS_URL: z
    .url()
    .refine(isSafe, 'https, or http on this machine: who changes the keys is any caller')
    .optional(),
  ...tokenNames,
  AUTH_CLOCK_SKEW_S: z.coerce.number().int().min(0).max(300).default(30),
  /** The longest remaining life of a token. */
  AUTH_MAX_LIFE_S: z.coerce.number().int().min(60).default(86_400),
};
export type AccessConfig = z.infer<z.ZodObject<typeof access>>;

/** The token of a service that calls others. Without one it signs its own, with the secret. */
export const serviceToken = { AUTH_SERVICE_TOKEN: z.string().optional() };
export type ServiceTokenConfig = z.infer<z.ZodObject<typeof serviceToken>>;

/** Requires exactly one way to check tokens, unless the process is reachable from this machine only. */
export function checkAccess(config: Partial<AccessConfig> & ModeConfig & { HOST?: string }, refuse: Refuse): void {
  const { AUTH_MODE, AUTH_SECRET, AUTH_JWKS_URL, HOST = '' } = config;
  if (AUTH_MODE === 'off') {
    if (!isLoopback(HOST)) refuse('AUTH_MODE', `off only where HOST is a loopback address, which ${HOST} is not`);
    if (config.NODE_ENV === 'production') refuse('AUTH_MODE', 'off is refused with NODE_ENV=production');
  } else if (AUTH_MODE === 'required') {
    if (AUTH_SECRET === undefined && AUTH_JWKS_URL === undefined)
      refuse('AUTH_SECRET', 'needed, or AUTH_JWKS_URL: one of them checks tokens');
    if (AUTH_SECRET !== undefined && AUTH_JWKS_URL !== undefined)
      refuse('AUTH_JWKS_URL', 'not together with AUTH_SECRET: only one of them checks tokens');
  }
}

/** For a service that calls others, which cannot sign tokens with published keys. */
export function checkServiceToken(config: AccessConfig & ServiceTokenConfig, refuse: Refuse): void {
  const { AUTH_MODE, AUTH_JWKS_URL, AUTH_SERVICE_TOKEN } = config;
  if (AUTH_MODE === 'required' && AUTH_JWKS_URL !== undefined && AUTH_SERVICE_TOKEN === undefined)
    refuse('AUTH_SERVICE_TOKEN', 'required with AUTH_JWKS_URL: a token with the role service');
}
