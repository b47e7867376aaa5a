import { table } from '../cli/output';
import type { DeadLetter } from './dead-letter';

const previewLength = 100;

export function previewLines(letter: DeadLetter): string[] {
  return [
    `  ${letter.id}  died ${escaped(letter.diedAt ?? 'at an unknown time')} after ${letter.attempts} attempt(s)`,
    `    why   ${escaped(letter.reason ?? 'unknown').slice(0, previewLength)}`,
    `    body  ${bodyText(letter).slice(0, previewLength)}`,
  ];
}

/** Everything that is known of a dead letter. */
export function detailLines(letter: DeadLetter): string[] {
  const rows = {
    died: letter.diedAt,
    reason: letter.reason,
    attempts: letter.attempts,
    'first failed': letter.firstFailedAt,
    'first reason': letter.firstReason,
    'put back before': letter.redriven,
    'came from': letter.appId,
    properties: JSON.stringify(letter.properties),
    headers: JSON.stringify(letter.headers),
  };
  const cells = Object.entries(rows).map(([title, value]) => [`  ${title}`, escaped(String(value ?? '-'))]);
  return [letter.id, ...table([...cells, ['  body', bodyText(letter)]])];
}

const bodyText = ({ body }: DeadLetter): string => ('text' in body ? escaped(body.text) : `base64 ${body.base64}`);

/** Text from other programs must not control the terminal. */
const escaped = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => `\\u${character.codePointAt(0)?.toString(16).padStart(4, '0')}`,
  );
