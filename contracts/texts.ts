/** What a text that people write may hold, and how any text is shown. Plain, because workflow code imports it. */

/** `line`: a name or another short text. `lines`: a text that may have new lines and tabs. */
export type TextForm = 'line' | 'lines';

/** Controls (C0, DEL, C1), line and paragraph separators, and what embeds, overrides or isolates the direction of text. */
const controls: Record<TextForm, string> = {
  line: '\\u0000-\\u001f\\u007f-\\u009f\\u2028-\\u202e\\u2066-\\u2069',
  lines: '\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u2028-\\u202e\\u2066-\\u2069',
};

/** White space, combining marks, and the format characters, fillers and blanks that are drawn as nothing. */
const invisible =
  '\\s\\p{M}\\u00ad\\u061c\\u115f\\u1160\\u180e\\u200b-\\u200f\\u2060-\\u206f\\u2800\\u3164\\ufeff\\uffa0\\ufff0-\\ufffb';
/** The same beyond U+FFFF. */
const farInvisible =
  '\\u{13430}-\\u{1343f}\\u{13441}\\u{13442}\\u{1bca0}-\\u{1bca3}\\u{1d159}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}';

const hasControl = { line: new RegExp(`[${controls.line}]`, 'u'), lines: new RegExp(`[${controls.lines}]`, 'u') };
const everyControl = { line: new RegExp(hasControl.line, 'gu'), lines: new RegExp(hasControl.lines, 'gu') };
const isVisible = new RegExp(`[^${invisible}${farInvisible}${controls.line}]`, 'u');

const advice: Record<TextForm, string> = {
  line: 'remove its control characters and line breaks',
  lines: 'remove its control characters',
};

/** The text as it is stored: composed (NFC), so that what looks alike is alike, without white space around it, and with the line ends of one system. */
export const tidied = (text: string): string => text.normalize('NFC').trim().replaceAll('\r\n', '\n');

/** What the author of a tidied text has to do before it is accepted. Undefined if it is fine, as an empty one is. */
export function faultOf(text: string, form: TextForm): string | undefined {
  if (!text.isWellFormed()) return 'write whole characters: it has half of a surrogate pair';
  if (hasControl[form].test(text)) return advice[form];
  return text === '' || isVisible.test(text) ? undefined : 'write at least one visible character';
}

/**
 * The JSON Schema pattern of a text before it is tidied. It names nothing beyond U+FFFF, for which regular expressions have no common notation,
 * and no halves of surrogate pairs.
 */
export function patternOf(form: TextForm, { mayBeEmpty }: { mayBeEmpty: boolean }): string {
  const any = form === 'line' ? `[^${controls.line}]*` : `(?:[^${controls.lines}]|\\r\\n)*`;
  const visible = `${any}[^${invisible}${controls.line}]${any}\\s*`;
  return `^\\s*${mayBeEmpty ? `(?:${visible})?` : visible}$`;
}

/** What is left of a text that may be older than these rules. Undefined if nothing visible is. */
export function fitted(text: string, form: TextForm, maxLength: number): string | undefined {
  // The controls first: what they kept apart may be composed.
  const left = tidied(text.replace(everyControl[form], '')).slice(0, maxLength).toWellFormed().trim();
  return isVisible.test(left) ? left : undefined;
}

/** Strangers' text within Markdown: it looks as they wrote it, on one line, and makes no heading, link or further entry. */
export const verbatim = (text: string): string =>
  text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>!#|~&@]|:(?=\/\/)|(?<=www)\./gi, (sign) => `\\${sign}`);

/** The text with its control characters as `\u001b`, so that it controls no terminal. In a JSON text it means the same as before. */
export const escaped = (text: string, form: TextForm): string =>
  text.replace(everyControl[form], (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);
