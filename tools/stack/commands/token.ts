import { Option } from 'commander';
import { callerClaims, roles, type Role } from '../../../contracts/access';
import { withSecrets } from '../../../lib/config/config';
import { ExpectedError, parsePositive, printLines, type AddCommand, type Run } from '../../cli/cli';
import { secretOf, tokenFor } from '../access';
import { instanceNamed } from '../instance';

interface TokenFlags {
  name: string;
  role: Role;
  user?: string;
  restaurant?: string[];
  agent?: string;
  hours: number;
}

export function addTokenCommand(add: AddCommand, run: Run): void {
  add('token', 'print a token for the HTTP interfaces of a stack')
    .addOption(new Option('--role <role>', 'the role of the caller').choices(roles).makeOptionMandatory())
    .option('--user <id>', 'the user_id of a customer')
    .option('--restaurant <ids...>', 'the ids of the restaurants that the caller works for')
    .option('--agent <id>', 'the agent id of a courier')
    .addOption(new Option('--hours <hours>', 'how long it is valid').default(12).argParser(parsePositive))
    .action((flags: TokenFlags) => run(printToken(flags)));
}

const neededOption: Partial<Record<Role, string>> = {
  customer: '--user',
  restaurant: '--restaurant',
  courier: '--agent',
};

/** For a stack that runs or has run. Standard output has the token and nothing else. */
async function printToken({ name, role, user, restaurant, agent, hours }: TokenFlags): Promise<number> {
  const secret = secretOf(instanceNamed(name), withSecrets(process.env));
  if (secret === undefined) {
    throw new ExpectedError(`The stack "${name}" has no secret to sign with: start it first, or set AUTH_SECRET.`);
  }
  const sub = user ?? restaurant?.[0] ?? agent ?? role; // Rate limits count by it.
  const claims = callerClaims.safeParse({ role, sub, restaurant_ids: restaurant, agent_id: agent });
  if (!claims.success) throw new ExpectedError(`The role ${role} needs ${neededOption[role]}, with a UUID.`);
  printLines([await tokenFor(claims.data, secret, process.env, Math.round(hours * 3_600))]);
  return 0;
}
