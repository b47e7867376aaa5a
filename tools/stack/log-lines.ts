import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { prettyFactory } from 'pino-pretty';

/** A line of a part's log. A line that is not JSON, as of most servers, has a text only. */
export interface LogLine {
  /** ISO 8601. A text has the time of the line before it, which is empty at the beginning. */
  time: string;
  text: string;
  fields: Record<string, unknown> | undefined;
}

export interface LogFilter {
  /** pino's number of the lowest level. */
  minLevel: number;
  /** The id of an order, a workflow, a request, a trace or a message. */
  id?: string | undefined;
  event?: string | undefined;
}

const idFields = ['order_id', 'workflow_id', 'request_id', 'trace_id', 'message_id'];

/** Whether a line passes the filter. A text does only when nothing is filtered, because it has no fields. */
export function matches({ fields }: LogLine, { minLevel, id, event }: LogFilter): boolean {
  if (!fields) return id === undefined && event === undefined && minLevel === 0;
  if (Number(fields['level']) < minLevel) return false;
  if (event !== undefined && fields['event'] !== event) return false;
  return id === undefined || idFields.some((name) => fields[name] === id);
}

export function parseLines(text: string, since = ''): LogLine[] {
  let time = since;
  return text.split('\n').map((line) => {
    const fields = parse(line);
    if (typeof fields?.['time'] === 'string') time = fields['time'];
    return { time, text: line, fields };
  });
}

function parse(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

export const byTime = (a: LogLine, b: LogLine): number => (a.time < b.time ? -1 : Number(a.time > b.time));

/** Each call returns the complete lines that a file has got since the last call. */
export function tailOf(file: string): () => LogLine[] {
  let offset = 0;
  let lastTime = '';
  return () => {
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (size < offset) offset = 0; // Another run has started the file again.
    const added = readFrom(file, offset, size - offset);
    const end = added.lastIndexOf('\n');
    if (end < 0) return [];
    offset += end + 1;
    const lines = parseLines(added.toString('utf8', 0, end), lastTime);
    lastTime = lines.at(-1)?.time ?? lastTime;
    return lines;
  };
}

function readFrom(file: string, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  if (length === 0) return bytes;
  const descriptor = openSync(file, 'r');
  try {
    return bytes.subarray(0, readSync(descriptor, bytes, 0, length, offset));
  } finally {
    closeSync(descriptor);
  }
}

/** A line for a person: time of day, level, part, message and the remaining fields. */
export function readable(colorize: boolean): (line: LogLine) => string {
  const pretty = prettyFactory({
    colorize,
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'workflow_id,run_id,workflow_type,task_queue,sdk_component', // Noise beside an order's id.
  });
  return ({ fields, text }) => (fields ? String(pretty(fields)) : `${text}\n`);
}
