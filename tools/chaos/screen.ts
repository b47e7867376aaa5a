import { table } from '../cli/output';
import type { Offence } from './invariants/case';
import type { Verdict } from './invariants/judge';
import { fates } from './plan/orders';
import { results, type Report } from './report';

/** Offenders that are shown of each broken invariant. */
const shownOffences = 5;

/** The summary of a run, for a person. `name` is the system's. */
export function summary(report: Report, name: string): string[] {
  const { seed, orders, tookSeconds, traffic, slowest, deadLetters, unrest, faultsFailed } = report;
  const { calls, repeats, unanswered, answers } = traffic;
  const byStatus = Object.entries(answers).map(([status, count]) => `${count} x ${status}`);
  return [
    '',
    `Seed ${seed}: ${orders} orders in ${tookSeconds} s`,
    '',
    ...fatesTable(report),
    '',
    ...faultsTable(report),
    ...faultsFailed.map((failed) => `  did nothing: ${failed}`),
    '',
    `Requests      ${calls}, ${repeats} of them repeats; ${unanswered} without an answer, ${byStatus.join(', ')}`,
    `Dead letters  ${deadLetters.found}, for ${deadLetters.sentOnPurpose} malformed messages`,
    ...(slowest ? [`Slowest order ${slowest.seconds} s (${slowest.orderId})`] : []),
    '',
    ...unrest.map((what) => `NOT CALM  ${what}`),
    ...report.invariants.flatMap((verdict) => verdictLines(verdict, name)),
  ];
}

function fatesTable({ fates: counts }: Report): string[] {
  const shown = results.filter((result) => fates.some((fate) => counts[fate][result] > 0));
  const rows = fates.map((fate) => [fate, ...shown.map((result) => String(counts[fate][result] || '-'))]);
  return table([['PLANNED', ...shown.map((result) => result.toUpperCase())], ...rows]);
}

function faultsTable({ faults }: Report): string[] {
  const rows = Object.entries(faults).map(([part, { kill, freeze, lock, stall }]) => [
    part,
    ...[kill, freeze, lock, stall].map((count) => String(count || '-')),
  ]);
  return table([['PART', 'KILLED', 'FROZEN', 'TABLE LOCKED', 'CONNECTION STALLED'], ...rows]);
}

function verdictLines({ number, title, offences }: Verdict, name: string): string[] {
  const more = offences.length - shownOffences;
  return [
    `${offences.length === 0 ? 'ok      ' : 'BROKEN  '}  ${number}. ${title}`,
    ...offences.slice(0, shownOffences).flatMap((offence) => offenceLines(offence, name)),
    ...(more > 0 ? [`            and ${more} more`] : []),
  ];
}

const offenceLines = ({ orderId, what }: Offence, name: string): string[] => [
  `            ${orderId ? `order ${orderId}: ` : ''}${what}`,
  ...(orderId ? [`              grep -h ${orderId} .stack/${name}/logs/*`] : []),
];
