import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import autocannon from 'autocannon';
import type { Addresses } from '../addresses';
import type { HttpClient } from '../load/http';

export interface Rate {
  perSecond: number;
  p50: number;
  p99: number;
  failed: number;
}

/** Requests/s of `GET /restaurants` by who answers, all the same bytes. */
export interface Browsing {
  bytes: number;
  /** The user service, from its cache. */
  cached: Rate;
  /** The restaurant service, which asks its database each time. */
  uncached: Rate;
  /** A route of Express 5 that does nothing but send the body. */
  bareExpress: Rate;
}

const connections = 20;

/** One after the other, so that they do not take the machine from each other. */
export async function browse(http: HttpClient, addresses: Addresses, durationMs: number): Promise<Browsing> {
  const path = '/restaurants?hour=12';
  const { text } = await http.expect([200], 'GET', `${addresses.USER_SERVICE_URL}${path}`);
  const bare = fork(join(__dirname, 'bare-express.js'), { stdio: ['ignore', 2, 2, 'ipc'] });
  bare.send(text);
  const [port] = (await once(bare, 'message')) as [number];
  const rate = (url: string) => rateOf(url, durationMs);
  try {
    await rateOf(`http://127.0.0.1:${port}${path}`, durationMs / 4); // each process once, to warm up
    await rateOf(`${addresses.USER_SERVICE_URL}${path}`, durationMs / 4);
    return {
      bytes: Buffer.byteLength(text),
      bareExpress: await rate(`http://127.0.0.1:${port}${path}`),
      cached: await rate(`${addresses.USER_SERVICE_URL}${path}`),
      uncached: await rate(`${addresses.RESTAURANT_SERVICE_URL}${path}`),
    };
  } finally {
    bare.disconnect();
  }
}

async function rateOf(url: string, durationMs: number): Promise<Rate> {
  const { requests, duration, latency, non2xx, errors } = await autocannon({
    url,
    connections,
    duration: durationMs / 1_000,
  });
  return { perSecond: requests.total / duration, p50: latency.p50, p99: latency.p99, failed: non2xx + errors };
}
