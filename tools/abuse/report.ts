/** Judges what a run has measured, and shows it. Pure. */
import { sum, summarize } from '../measure/statistics';
import { table } from '../cli/cli';
import type { Attack, Outcomes } from './attack';
import type { Experience } from './honest';

/** How many times as long placements may take as when it is quiet, at the 95th percentile. */
const maxSlowdown = 5;
/** A quiet p95 below this counts as this: five times as long still goes unnoticed, and a single pause of the machine can take it. */
const leastQuietMs = 40;
/** Of each part, with what it has started. */
const maxMemoryMb = 800;

export interface Played {
  attack: Pick<Attack, 'name' | 'bounds' | 'stoppedBy' | 'also'>;
  outcomes: Outcomes;
  honest: Experience;
  /** The latest measurement without an attack. */
  quiet: Experience;
  /** It was slow, and was played again: the second time decides whether the attack is at fault for that. */
  isRepeated?: boolean;
}

/** What a run has measured. */
export interface Measured {
  /** Whether slow placements are a failure. */
  isTimed: boolean;
  quiet: Experience;
  played: Played[];
  /** After the last attack. */
  after: Experience;
  /** How many were placed in all, and what is wrong with them in the end. */
  orders: { placed: number; problems: string[] };
  /** Parts that are not the processes that they were. */
  restarted: string[];
  /** The most that each part had at the end of an attack, in megabytes. Empty without /proc. */
  memoryMb: Record<string, number>;
}

export type Report = ReturnType<typeof reportOf>;

export function reportOf({ isTimed, quiet, played, after, orders, restarted, memoryMb }: Measured) {
  const rows = [
    rowOf('(quiet)', quiet, quiet, isTimed),
    ...played.map((each) => {
      const row = rowOf(each.attack.name, each.honest, each.quiet, isTimed, each.isRepeated);
      return { ...row, ...attackOf(each), problems: [...problemsOf(each), ...row.problems] };
    }),
    rowOf('(quiet again)', after, quiet, isTimed),
  ];
  const large = Object.entries(memoryMb).filter(([, mb]) => mb > maxMemoryMb);
  const problems = [
    ...rows.flatMap((row) => row.problems.map((problem) => `${row.name}: ${problem}`)),
    ...orders.problems,
    ...restarted,
    ...large.map(([name, mb]) => `${name} has grown to ${Math.round(mb)} MB`),
  ];
  const provisional = [quiet, after].some(isDisturbed);
  return { rows, orders: orders.placed, memoryMb, problems, provisional, ok: problems.length === 0 };
}

interface Row {
  name: string;
  bounds?: string;
  outcomes?: Outcomes;
  placed: number;
  p95: number;
  /** Of the p95, to the quiet one. */
  slowdown: number;
  isRepeated: boolean;
  problems: string[];
}

function rowOf(
  name: string,
  { times, failures }: Experience,
  quiet: Experience,
  isTimed = true,
  isRepeated = false,
): Row {
  const p95 = p95Of(times);
  const slowdown = p95 / Math.max(p95Of(quiet.times), leastQuietMs);
  const problems = failures.length === 0 ? [] : [`${failures.length} placements failed, the first: ${failures[0]}`];
  if (!(slowdown < maxSlowdown) && isTimed && !isRepeated)
    problems.push(`placements took ${slowdown.toFixed(1)} times as long`);
  return { name, placed: times.length, p95, slowdown, isRepeated, problems };
}

const attackOf = ({ attack: { bounds }, outcomes }: Played) => ({ bounds, outcomes });

export const isSlow = ({ honest, quiet }: Played): boolean => !(rowOf('', honest, quiet).slowdown < maxSlowdown);

function problemsOf({ attack: { stoppedBy, also }, outcomes }: Played): string[] {
  const right = new Set([...stoppedBy, ...also].map(String));
  const wrong = Object.keys(outcomes).filter((outcome) => !right.has(outcome));
  const missing = stoppedBy.filter((outcome) => !outcomes[outcome]);
  return [
    ...(wrong.length > 0 ? [`wrong outcomes: ${wrong.join(', ')}`] : []),
    ...(missing.length > 0 ? [`outcomes that are missing: ${missing.join(', ')}`] : []),
  ];
}

/** A quiet measurement that a pause of the machine has spoilt makes every attack look harmless. */
const isDisturbed = ({ times }: Experience): boolean => {
  const { p50 = NaN, p95 = NaN } = summarize(times) ?? {};
  return p95 > maxSlowdown * Math.max(p50, leastQuietMs / 2);
};

const p95Of = (times: readonly number[]): number => summarize(times)?.p95 ?? NaN;

const maxProblems = 20;

/** The summary for people. */
export function reportLines({ rows, orders, memoryMb, problems, provisional, ok }: Report): string[] {
  const memory = Object.entries(memoryMb).map(([name, mb]) => `${name} ${Math.round(mb)}`);
  const more = problems.length - maxProblems;
  return [
    '',
    ...table([
      ['ATTACK', 'BOUNDS', 'TRIES', 'PLACED', 'P95 MS', 'X QUIET', 'VERDICT', 'OUTCOMES'],
      ...rows.map(({ name, bounds, outcomes, placed, p95, slowdown, isRepeated, problems: wrong }) => [
        ...[name, bounds, outcomes && sum(Object.values(outcomes)), placed, Math.round(p95), slowdown.toFixed(1)],
        ...[wrong.length > 0 ? 'FAILED' : isRepeated ? 'again' : 'ok', outcomes && shown(outcomes)],
      ]),
    ]),
    '',
    ...(provisional ? ['PROVISIONAL: the machine paused while it was quiet, so the ratios say little.'] : []),
    `Orders of honest customers: ${orders}`,
    `Memory in MB, of at most ${maxMemoryMb}: ${memory.join(', ') || 'unknown without /proc'}`,
    ...problems.slice(0, maxProblems).map((problem) => `FAILED  ${problem}`),
    ...(more > 0 ? [`        and ${more} more`] : []),
    ok ? 'All attacks were stopped; all orders are there.' : 'Not all is as it should be.',
  ];
}

const shown = (outcomes: Outcomes): string =>
  Object.entries(outcomes)
    .map(([outcome, times]) => `${times} x ${outcome}`)
    .join(', ');
