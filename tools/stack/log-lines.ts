import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { prettyFactory } from 'pino-pretty';

/** A line of a part's log. What is no JSON, as of most servers, is a text alone. */
export interface LogLine {
  /** ISO 8601; of a text that of the line before it, empty at the beginning. */
  time: string;
  text: string;
  fields: Record<string, unknown> | undefined;
}

export interface LogFilter {
  /** Lines of this level and above, by pino's number for it. */
  minLevel: number;
  /** Of an order, a workflow, a request, a trace or a message. */
  id?: string | undefined;
  event?: string | undefined;
}

const idFields = ['order_id', 'workflow_id', 'request_id', 'trace_id', 'message_id'];

/** Whether a line is asked for. A text is, as long as nothing is asked of the lines that only fields can tell. */
export function isAskedFor({ fields }: LogLine, { minLevel, id, event }: LogFilter): boolean {
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

/** Each call returns the lines that have been added to a file since the last one; one that is being written comes when it is whole. */
export function tailOf(file: string): () => LogLine[] {
  let offset = 0;
  let lastTime = '';
  return () => {
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (size < offset) offset = 0; // another run's
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

/** For a person's eyes: the time of day, the level, the part, what has happened, and the fields behind it on the same line. */
export function readable(colorize: boolean): (line: LogLine) => string {
  const pretty = prettyFactory({
    colorize,
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'workflow_id,run_id,workflow_type,task_queue,sdk_component', // an order's id says as much
  });
  return ({ fields, text }) => (fields ? String(pretty(fields)) : `${text}\n`);
}
