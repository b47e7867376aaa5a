import { randomBytes } from 'node:crypto';
import { createFreshCommand, createMain, exitCodes, ExpectedError, jsonOption, printLines } from '../cli/cli';
import { onFreshSystem } from '../stack/launcher';
import { attacks } from './attacks';
import { reportLines, reportOf } from './report';
import { run } from './run';

interface Flags {
  only?: string[];
  untimed?: boolean;
  json: boolean;
  name: string;
  yes: boolean;
}

/** `npm run abuse`. Exit code 0: every attack was stopped, and the honest customers hardly noticed; 1: not so; 2: wrong arguments. */
export const main = createMain((runCommand) =>
  createFreshCommand('abuse', 'attack a system of its own, while honest customers keep ordering from it')
    .option('--only <words...>', 'only the attacks whose names have one of these words')
    .option('--untimed', 'show how long placements took, and do not judge it: for a machine that does other work too')
    .addOption(jsonOption())
    .action((flags: Flags) => runCommand(abuse(flags))),
);

async function abuse({ only = [''], untimed = false, json, name, yes }: Flags): Promise<number> {
  refuseOtherServers(process.env);
  const chosen = attacks.filter((attack) => only.some((word) => attack.name.includes(word)));
  if (chosen.length === 0) throw new ExpectedError(`The attacks are: ${attacks.map((each) => each.name).join('; ')}`);
  return onFreshSystem({ name, yes, env: protectedAsStandard() }, async (system) => {
    const report = reportOf(await run(system, chosen, !untimed));
    printLines(json ? [JSON.stringify(report, null, 2)] : reportLines(report));
    return report.ok ? exitCodes.fine : exitCodes.failed;
  });
}

/** With all the protection that a system has by default, and signed messages. */
const protectedAsStandard = () => ({
  AUTH_MODE: 'required',
  AUTH_JWKS_URL: '',
  RATE_LIMIT_READS_PER_MINUTE: '',
  RATE_LIMIT_WRITES_PER_MINUTE: '',
  TRUST_PROXY: '',
  MESSAGE_SECRET: randomBytes(32).toString('base64url'),
});

const serverVariable = /^(TEMPORAL_ADDRESS|RABBITMQ_URL|RABBITMQ_MANAGEMENT_URL|REDIS_URL|\w+_DATABASE_URL)$/;

/** The attacks reach only what this command has started, on this machine: it starts every server unless the environment names another. */
function refuseOtherServers(env: NodeJS.ProcessEnv): void {
  const named = Object.keys(env).filter((name) => serverVariable.test(name) && env[name]);
  if (named.length === 0) return;
  throw new ExpectedError(`This attacks only servers that it has started itself. Unset ${named.join(', ')}.`);
}
