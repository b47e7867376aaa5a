import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import autocannon from 'autocannon';

export interface Rate {
  perSecond: number;
  p50: number;
  p99: number;
  failed: number;
}

/** `GET /restaurants`: the same bytes from three servers. */
export interface Browsing {
  bytes: number;
  /** The user service, from its cache. */
  cached: Rate;
  /** The restaurant service, from its database. */
  uncached: Rate;
  /** A route of Express 5 that only sends the body. */
  bareExpress: Rate;
}

const connections = 20;
const path = '/restaurants?hour=12';

/** Loads one server after the other. */
export async function measureBrowsing(userUrl: string, restaurantUrl: string, durationMs: number): Promise<Browsing> {
  const response = await fetch(`${userUrl}${path}`);
  if (!response.ok) throw new Error(`GET /restaurants answered ${response.status}`);
  const body = await response.text();
  const express = fork(join(__dirname, 'bare-express.js'), { stdio: ['ignore', 2, 2, 'ipc'] });
  try {
    express.send(body);
    const [port] = (await once(express, 'message')) as [number];
    const expressUrl = `http://127.0.0.1:${port}`;
    for (const url of [expressUrl, userUrl]) await load(url, durationMs / 4); // warm-up
    return {
      bytes: Buffer.byteLength(body),
      bareExpress: await load(expressUrl, durationMs),
      cached: await load(userUrl, durationMs),
      uncached: await load(restaurantUrl, durationMs),
    };
  } finally {
    express.disconnect();
  }
}

async function load(baseUrl: string, durationMs: number): Promise<Rate> {
  const options = { url: `${baseUrl}${path}`, connections, duration: durationMs / 1_000 };
  const { requests, duration, latency, non2xx, errors } = await autocannon(options);
  return { perSecond: requests.total / duration, p50: latency.p50, p99: latency.p99, failed: non2xx + errors };
}
