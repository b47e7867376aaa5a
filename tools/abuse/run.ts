import { join } from 'node:path';
import { readMemory } from '../measure/processes';
import { say } from '../cli/cli';
import { startChild } from '../platform/child';
import { createPlatform } from '../platform/platform';
import { createKeepAlive } from '../platform/send';
import { requestStack } from '../stack/control';
import type { FreshSystem } from '../stack/launcher';
import { attackMs, type Attack, type Outcomes } from './attack';
import type { Mission } from './attacker';
import { createHonestCustomers, rampMs, type HonestCustomers } from './honest';
import { isSlow, type Measured, type Played } from './report';
import { createWorld, type World } from './world';

const warmUpMs = 5_000;
const quietMs = 10_000;
/** How many honest orders the attackers know. */
const knownOrders = 40;

/** Measures the honest customers when it is quiet, then beside each attack, and looks at what is left of the system. */
export async function run(
  { socketPath }: FreshSystem,
  attacks: readonly Attack[],
  isTimed: boolean,
): Promise<Measured> {
  const platform = createPlatform({ transport: createKeepAlive().transport });
  const parts = await watchParts(socketPath);
  const setUp = await createWorld(platform);
  const customers = createHonestCustomers(platform, setUp.kitchen);
  say('warming up');
  await customers.placeFor(warmUpMs);
  const world: World = { ...setUp, orders: customers.placed.slice(0, knownOrders) };

  const measureQuiet = async () => {
    say('quiet');
    return customers.placeFor(quietMs);
  };
  const quiet = await measureQuiet();
  let reference = quiet;
  let plays = 0;
  const playNext = async (attack: Attack): Promise<Played> => {
    say(attack.name);
    const localAddress = `127.0.0.${2 + plays++}`;
    return { ...(await play(attack, world, localAddress, customers, parts.noteMemory)), quiet: reference };
  };
  const played: Played[] = [];
  for (const attack of attacks) {
    let latest = await playNext(attack);
    if (isTimed && isSlow(latest)) {
      // Perhaps the machine has become slower, or has paused: only an attack that is slow twice is at fault.
      played.push({ ...latest, isRepeated: true });
      reference = await measureQuiet();
      latest = await playNext(attack);
    }
    played.push(latest);
  }
  const after = await measureQuiet();
  say('looking at what is left');
  const orders = { placed: customers.placed.length, problems: await customers.findProblems() };
  return {
    isTimed,
    quiet,
    played,
    after,
    orders,
    restarted: await parts.findRestarted(),
    memoryMb: parts.mostMemory(),
  };
}

/** Plays the attack while the honest customers place orders. Each attacker comes from an address of its own. */
async function play(
  attack: Attack,
  world: World,
  localAddress: string,
  customers: HonestCustomers,
  noteMemory: () => void,
): Promise<Omit<Played, 'quiet'>> {
  const windowMs = attack.lastsMs ?? attackMs;
  const mission: Mission = { name: attack.name, world, localAddress, endsAt: Date.now() + rampMs + windowMs };
  const [attacker, honest] = await Promise.all([
    startChild(join(__dirname, 'attacker.js'), [JSON.stringify(mission)]),
    customers.placeFor(windowMs, noteMemory),
  ]);
  await attacker.stop();
  return { attack, outcomes: attacker.message as Outcomes, honest };
}

/** Remembers which processes the parts are, and the most memory that each of them has. */
async function watchParts(socketPath: string) {
  const { parts } = await requestStack(socketPath, { command: 'status' });
  const roots = Object.fromEntries(parts.flatMap(({ name, pid }) => (pid === null ? [] : [[name, pid]])));
  const most: Record<string, number> = {};
  return {
    noteMemory: (): void => {
      for (const [name, mb] of Object.entries(readMemory(roots) ?? {})) most[name] = Math.max(most[name] ?? 0, mb);
    },
    mostMemory: () => most,
    async findRestarted(): Promise<string[]> {
      const { parts: now } = await requestStack(socketPath, { command: 'status' });
      const others = now.filter(({ name, pid, state }) => pid !== roots[name] || state !== 'ready');
      return others.map(({ name, state, restarts }) => `${name} is ${state}, and was restarted ${restarts} times`);
    },
  };
}
