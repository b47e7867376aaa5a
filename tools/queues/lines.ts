import { table } from '../cli/output';
import type { DeadLetter } from '../broker/dead-letter';

const previewLength = 100;

export function previewLines(letter: DeadLetter): string[] {
  return [
    `  ${letter.id}  died ${escaped(letter.diedAt ?? 'at an unknown time')} after ${letter.attempts} attempt(s)`,
    `    why   ${escaped(letter.reason ?? 'unknown').slice(0, previewLength)}`,
    `    body  ${bodyText(letter.body).slice(0, previewLength)}`,
  ];
}

/** Everything that is known of a dead letter, by the names that `--json` uses. */
export function detailLines({ id, body, ...fields }: DeadLetter): string[] {
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  const rows = Object.entries(fields).map(([name, value]) => [
    `  ${name}`,
    value === null ? '-' : escaped(text(value)),
  ]);
  return [id, ...table([...rows, ['  body', bodyText(body)]])];
}

const bodyText = (body: DeadLetter['body']): string => ('text' in body ? escaped(body.text) : `base64 ${body.base64}`);

/** Text from other programs must not control the terminal. */
const escaped = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => `\\u${character.codePointAt(0)?.toString(16).padStart(4, '0')}`,
  );
