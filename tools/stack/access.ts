import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Caller } from '../../contracts/access';
import { tokenNames } from '../../lib/config/access';
import { loadConfig } from '../../lib/config/config';
import { cachedToken, signToken } from '../../lib/http/tokens';
import type { Instance } from './instance';

const secretFile = ({ stateDir }: Instance): string => join(stateDir, 'auth-secret');

/** Sets AUTH_SECRET unless the environment configures authentication: made once, kept with the data, and readable by its owner alone. */
export function giveSecret(instance: Instance, env: NodeJS.ProcessEnv): void {
  if (env['AUTH_SECRET'] || env['AUTH_JWKS_URL'] || env['AUTH_MODE'] === 'off') return;
  const file = secretFile(instance);
  if (!existsSync(file)) {
    mkdirSync(instance.stateDir, { recursive: true });
    writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600 });
  }
  env['AUTH_SECRET'] = readFileSync(file, 'utf8');
}

/** The environment's AUTH_SECRET, or that of a stack that runs or has run; undefined when there is neither. */
export function secretOf(instance: Instance, env: NodeJS.ProcessEnv): string | undefined {
  const file = secretFile(instance);
  return env['AUTH_SECRET'] || (existsSync(file) ? readFileSync(file, 'utf8') : undefined);
}

/** A token that the services of a stack with this secret accept, for an hour by default. */
export const tokenFor = (caller: Caller, secret: string, env: NodeJS.ProcessEnv, seconds = 3_600): Promise<string> => {
  const { AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience } = loadConfig(z.object(tokenNames), env);
  return signToken({ ...caller }, secret, { issuer, audience, clockSkewSeconds: 0 }, seconds);
};

const tokens = new Map<string, () => Promise<string>>();

/** The header of a caller of the system that the environment names; none without AUTH_SECRET. A token is reused for half an hour. */
export async function authorization(caller: Caller): Promise<{ authorization?: string }> {
  const secret = process.env['AUTH_SECRET'];
  if (!secret) return {};
  const key = JSON.stringify(caller);
  const token = tokens.get(key) ?? cachedToken(() => tokenFor(caller, secret, process.env), 1_800_000);
  tokens.set(key, token);
  return { authorization: `Bearer ${await token()}` };
}

export const anOperator: Caller = { role: 'operator', sub: 'operator' };
export const aCustomer = (userId: string): Caller => ({ role: 'customer', sub: userId });
/** Of one restaurant at least. */
export const aRestaurant = (...ids: [string, ...string[]]): Caller => ({
  role: 'restaurant',
  sub: `restaurant ${ids[0]}`,
  restaurant_ids: ids,
});
export const aCourier = (agentId: string): Caller => ({ role: 'courier', sub: `agent ${agentId}`, agent_id: agentId });
