import { callerClaims, type Role } from '../../../contracts/access';
import { secretOf, tokenFor } from '../access';
import { instanceNamed } from '../instance';

export interface TokenFlags {
  name: string;
  role: Role;
  user?: string;
  restaurant?: string[];
  agent?: string;
  hours: number;
}

/** What a role needs beside its name, by the option that gives it. */
const needs: Partial<Record<Role, string>> = { customer: '--user', restaurant: '--restaurant', courier: '--agent' };

/** Prints a token for a stack that runs or has run, on standard output alone. */
export async function printToken({ name, role, user, restaurant, agent, hours }: TokenFlags): Promise<number> {
  const secret = secretOf(instanceNamed(name), process.env);
  if (secret === undefined) {
    process.stderr.write(`The stack "${name}" has no secret to sign with: start it first, or set AUTH_SECRET.\n`);
    return 1;
  }
  // Limits of requests are counted by it.
  const sub = user ?? restaurant?.[0] ?? agent ?? role;
  const claims = callerClaims.safeParse({ role, sub, restaurant_ids: restaurant, agent_id: agent });
  if (!claims.success) {
    const need = needs[role];
    process.stderr.write(`The role ${role} needs ${need}, with a UUID.\n`);
    return 1;
  }
  process.stdout.write(`${await tokenFor(claims.data, secret, process.env, Math.round(hours * 3_600))}\n`);
  return 0;
}
