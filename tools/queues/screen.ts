import { table } from '../cli/output';
import type { DeadLetter } from './letter';
import type { QueueOverview } from './overview';

const previewLength = 100;

export function overviewLines(rows: QueueOverview[]): string[] {
  const cells = rows.map((row) =>
    [row.queue, row.waiting, row.underWay, row.retrying, row.consumers, row.dead].map((cell) => String(cell ?? '-')),
  );
  return table([['QUEUE', 'WAITING', 'UNDER WAY', 'RETRYING', 'CONSUMERS', 'DEAD'], ...cells]);
}

/** A dead letter in short. */
export function previewLines(letter: DeadLetter): string[] {
  return [
    `  ${letter.id}  died ${plain(letter.diedAt ?? 'at an unknown time')} after ${letter.attempts} attempt(s)`,
    `    why   ${plain(letter.reason ?? 'unknown').slice(0, previewLength)}`,
    `    body  ${bodyText(letter).slice(0, previewLength)}`,
  ];
}

/** All that is known of a dead letter. */
export function detailLines(letter: DeadLetter): string[] {
  const row = (title: string, value: string | number | null) => `  ${title.padEnd(15)} ${plain(String(value ?? '-'))}`;
  return [
    letter.id,
    row('died', letter.diedAt),
    row('reason', letter.reason),
    row('attempts', letter.attempts),
    row('first failed', letter.firstFailedAt),
    row('first reason', letter.firstReason),
    row('put back before', letter.redriven),
    row('came from', letter.appId),
    row('properties', JSON.stringify(letter.properties)),
    row('headers', JSON.stringify(letter.headers)),
    row('body', bodyText(letter)),
  ];
}

const bodyText = ({ body }: DeadLetter): string => ('text' in body ? plain(body.text) : `base64 ${body.base64}`);

/** Others' text must not steer the terminal. */
const plain = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => `\\u${character.codePointAt(0)?.toString(16).padStart(4, '0')}`,
  );
