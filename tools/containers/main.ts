import { randomUUID } from 'node:crypto';
import { ExpectedError, createCommand, createMain, runAsProgram, say } from '../cli/cli';
import { engineVersion, openCompose, type Compose } from './engine';
import { createJourney, type Order } from './journey';

/**
 * `npm run test:containers`: the compose file on a Docker engine, from the build to orders that outlive each of its containers. Exit code 0 also
 * without an engine, which it says; 1 if anything is not as it should be.
 */
export const main = createMain((run) =>
  createCommand(
    'test:containers',
    'build and start the containers, kill each in the middle of an order, remove all',
  ).action(() => run(testContainers())),
);

async function testContainers(): Promise<number> {
  const version = await engineVersion();
  if (version === undefined) {
    say('SKIPPED: no Docker engine with Compose answers here. Nothing was tried.');
    return 0;
  }
  const compose = openCompose();
  try {
    say(`Docker ${version}: building and starting, with no secret given`);
    await compose.up();
    const services = await compose.running();
    say(`${services.length} containers run: ${services.join(', ')}`);
    process.env['AUTH_SECRET'] = await compose.ask('api-user', 'cat', '/run/secrets/AUTH_SECRET'); // signs the journey's tokens
    await checkTools(compose);
    const journey = await createJourney();
    await finish(journey, await walk(journey, async () => undefined), 'from the menu to the rating');
    for (const service of services)
      await finish(
        journey,
        await walk(journey, () => killAndRestart(compose, service)),
        `while ${service} was killed and restarted`,
      );
    await survivesDown(compose, journey);
    for (const service of services) await checkLog(compose, service);
    say('All as it should be.');
    return 0;
  } finally {
    say('Removing the containers and their volumes');
    await compose.remove();
  }
}

/** The tools that replace the commands for the local stack. */
async function checkTools(compose: Compose): Promise<void> {
  const ask = async (token: string) =>
    (await fetch(`http://127.0.0.1:8003/agents/${randomUUID()}`, { headers: { authorization: `Bearer ${token}` } }))
      .status;
  const token = (await compose.run('token', '--role', 'operator')).trim();
  const answers = [await ask('none'), await ask(token)];
  if (answers.join() !== '401,404') throw new ExpectedError(`with a token of the container: ${answers.join()}`);
  await compose.run('queues');
  await compose.run('repair');
  say('The tools work: token, queues, repair');
}

type Journey = Awaited<ReturnType<typeof createJourney>>;

/** An order that is picked up; `inTheMiddle` happens once it has its courier. */
async function walk(journey: Journey, inTheMiddle: () => Promise<void>): Promise<Order> {
  const order = await journey.place();
  await journey.confirm(order);
  await inTheMiddle();
  await journey.pickUp(order);
  return order;
}

async function finish(journey: Journey, order: Order, what: string): Promise<void> {
  await journey.deliver(order);
  const events = await journey.rate(order);
  if (!events.includes('delivered'))
    throw new ExpectedError(`order ${order.id} was not delivered ${what}: ${events.join(', ')}`);
  say(`An order was delivered and rated ${what}`);
}

async function killAndRestart(compose: Compose, service: string): Promise<void> {
  await compose.kill(service);
  await compose.up(service);
}

/** Three orders at three stages outlive the removal of all containers, twice: the secrets stay. */
async function survivesDown(compose: Compose, journey: Journey): Promise<void> {
  const [placed, confirmed, pickedUp] = [await journey.place(), await journey.place(), await journey.place()];
  await journey.confirm(confirmed);
  await journey.confirm(pickedUp);
  await journey.pickUp(pickedUp);
  for (let times = 0; times < 2; times++) {
    await compose.down();
    await compose.up();
  }
  await journey.confirm(placed);
  for (const order of [placed, confirmed]) await journey.pickUp(order);
  for (const order of [placed, confirmed, pickedUp])
    await finish(journey, order, 'after "down" and "up", twice, in its middle');
}

/** A process of ours may lose its servers here, but neither crash nor meet a bug. */
async function checkLog(compose: Compose, service: string): Promise<void> {
  const lines = (await compose.logs(service)).split('\n').filter((line) => line.startsWith('{'));
  const grave = lines.filter((line) => /"event":"(crashed|stop-failed|unknown-refusal-code|message-dead)"/.test(line));
  if (grave.length > 0)
    throw new ExpectedError(`${service} logged ${grave.length} grave lines, the first: ${grave[0]}`);
}

if (require.main === module) runAsProgram(main);
