/** Plays one attack, and sends its outcomes to the process that has started it. Its argument: a `Mission` as JSON. */
import { existsSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { exitCodes, runAsProgram } from '../cli/cli';
import { createAttacker } from './attack';
import { attacks } from './attacks';
import type { World } from './world';

export interface Mission {
  /** The attack's. */
  name: string;
  world: World;
  localAddress: string;
  /** Unix time in milliseconds. */
  endsAt: number;
}

/** Attackers have machines of their own: here they get the time that is left. Linux goes by sessions first (sched(7), autogroup). */
const niceness = 5;
setPriority(niceness);
const sessionNiceness = '/proc/self/autogroup';
if (existsSync(sessionNiceness)) writeFileSync(sessionNiceness, String(niceness));

process.once('disconnect', () => process.exit(exitCodes.interrupted)); // also when the other process was killed

runAsProgram(async ([argument = '']) => {
  const { name, world, localAddress, endsAt } = JSON.parse(argument) as Mission;
  const attack = attacks.find((each) => each.name === name);
  if (!attack) throw new Error(`no attack "${name}"`);
  const attacker = createAttacker(world, localAddress, endsAt);
  await attack.run(attacker);
  await new Promise((sent) => process.send?.(attacker.outcomes, sent));
  return exitCodes.fine;
});
