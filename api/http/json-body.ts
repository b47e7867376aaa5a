/** Reading a body, behind the route's guards: a caller without the right to send it costs nothing. */
import { isUtf8 } from 'node:buffer';
import { once } from 'node:events';
import express, { type Request, type RequestHandler } from 'express';
import { HttpProblem, refuse, unreadable } from './refusals';

/** In bytes. Enough for a reason of 500 characters in any script; a route that takes more declares it. */
export const defaultBodyLimit = 16_384;

/** The deepest body of the contract, a placement, has 5. */
const maxLevels = 20;
/** Of arrays and objects together. A menu of 500 items has 2,500. */
const maxValues = 10_000;

/** Reads a JSON body of at most `limit` bytes into `req.body`, undefined where there is none. Compressed bodies are refused (415). */
export const readJson = (limit: number): RequestHandler[] => [
  requireJson,
  express.json({ limit, strict: false, inflate: false, verify: requireReadable }),
];

/** A chunked body shows only by its first byte whether it is empty, which is as good as none. */
const requireJson: RequestHandler = async (req, _res, next) => {
  const isChunked = req.headers['transfer-encoding'] !== undefined;
  const mayHaveBody = isChunked || Number(req.headers['content-length'] ?? 0) > 0;
  if (mayHaveBody && !isJson(req) && !(isChunked && (await isEmpty(req))))
    throw new HttpProblem(refuse('UNSUPPORTED_MEDIA_TYPE', 'The body must be application/json in UTF-8'));
  next();
};

function isJson(req: Request): boolean {
  const [, charset = 'utf-8'] = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(req.get('content-type') ?? '') ?? [];
  return Boolean(req.is('json')) && /^utf-?8$/i.test(charset);
}

async function isEmpty(req: Request): Promise<boolean> {
  if (req.readableLength === 0 && !req.readableEnded) await Promise.race([once(req, 'readable'), once(req, 'end')]);
  return req.readableLength === 0;
}

function requireReadable(_req: unknown, _res: unknown, body: Buffer): void {
  // Otherwise each invalid byte would become a replacement character, and be stored as one.
  if (!isUtf8(body)) throw unreadable('The body is not valid UTF-8');
  const { levels, values } = measure(body);
  if (levels > maxLevels) throw unreadable(`The body is nested deeper than ${maxLevels} levels`);
  if (values > maxValues) throw unreadable(`The body has more than ${maxValues} values`);
}

const quote = '"'.charCodeAt(0);
const escape = '\\'.charCodeAt(0);
const [openArray, closeArray, openObject, closeObject, comma] = [...'[]{},'].map((sign) => sign.charCodeAt(0));

/** How deep a JSON text nests, and about how many values it has: one look at each byte, before anything is made of it. */
export function measure(json: Uint8Array): { levels: number; values: number } {
  let level = 0;
  let levels = 0;
  let values = 1;
  let inText = false;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at];
    if (inText) {
      if (byte === escape) at += 1;
      else if (byte === quote) inText = false;
    } else if (byte === quote) inText = true;
    else if (byte === comma) values += 1;
    else if (byte === openArray || byte === openObject) {
      values += 1;
      level += 1;
      levels = Math.max(levels, level);
    } else if (byte === closeArray || byte === closeObject) level -= 1;
  }
  return { levels, values };
}
