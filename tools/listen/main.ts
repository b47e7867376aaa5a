import { InvalidArgumentError, Option } from 'commander';
import { id } from '../../contracts/values';
import { withSecrets } from '../../lib/config/config';
import {
  ExpectedError,
  createCommand,
  createMain,
  exitCodes,
  jsonOption,
  nameOption,
  printLines,
  runAsProgram,
  say,
} from '../cli/cli';
import { eventLine } from '../platform/event-line';
import { createPlatform, urlsIn, type Platform } from '../platform/platform';
import { secretOf, tokenFor } from '../stack/access';
import { serviceNames, stackEnvironment, type ServiceName } from '../stack/addresses';
import { statusOf } from '../stack/control';
import { instanceNamed } from '../stack/instance';

interface Flags {
  name: string;
  json: boolean;
  order?: string;
  restaurant?: string;
  agent?: string;
}

/** `npm run listen`. Exit code 0: the order is over; 1: the stream was refused. */
export const main = createMain((run) =>
  createCommand('listen', 'print what happens to orders, as it happens')
    .addOption(nameOption('local'))
    .addOption(idOption('order', 'one order, from its first event to its last').conflicts(['restaurant', 'agent']))
    .addOption(idOption('restaurant', 'the orders of one restaurant').conflicts('agent'))
    .addOption(idOption('agent', 'the jobs of one agent'))
    .addOption(jsonOption())
    .action((flags: Flags) => run(listen(flags))),
);

const idOption = (name: string, description: string): Option =>
  new Option(`--${name} <id>`, description).argParser((text) => {
    const parsed = id.safeParse(text);
    if (parsed.success) return parsed.data;
    throw new InvalidArgumentError('It has to be a UUID.');
  });

function streamOf({ order, restaurant, agent }: Flags): [service: ServiceName, path: string] {
  if (order !== undefined) return ['user', `/orders/${order}/events`];
  if (restaurant !== undefined) return ['restaurant', `/restaurants/${restaurant}/events`];
  return agent === undefined ? ['user', '/events'] : ['delivery', `/agents/${agent}/events`];
}

async function listen(flags: Flags): Promise<number> {
  const platform = await platformOf(flags.name);
  const [service, path] = streamOf(flags);
  const stream = platform.listen(service, path, {
    onEvent: (event) => printLines([flags.json ? JSON.stringify(event) : eventLine(event, flags.order === undefined)]),
    onCut: () => say(`the ${service} service is away; it is asked again until it answers`),
  });
  await stream.over;
  if (stream.status === 204) return exitCodes.fine;
  throw new ExpectedError(stream.problem?.message ?? `the ${service} service answered ${stream.status}`);
}

/** The services that the environment names, else those of the running stack; as an operator. */
async function platformOf(name: string): Promise<Platform> {
  const env = withSecrets(process.env);
  const isSet = serviceNames.every((service) => env[`${service.toUpperCase()}_SERVICE_URL`]);
  const addresses = isSet ? undefined : (await statusOf(name))?.addresses;
  if (!isSet && !addresses)
    throw new ExpectedError(
      `The stack "${name}" does not run: npm start. For another system set the services' URLs (.env.example).`,
    );
  const secret = secretOf(instanceNamed(name), env);
  return createPlatform({
    urlOf: urlsIn(addresses ? stackEnvironment(addresses, env) : env),
    authorization: async (caller) =>
      secret === undefined ? {} : { authorization: `Bearer ${await tokenFor(caller, secret, env)}` },
  });
}

if (require.main === module) runAsProgram(main);
