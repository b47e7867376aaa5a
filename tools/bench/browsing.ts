import { join } from 'node:path';
import autocannon from 'autocannon';
import { startChild } from '../platform/child';

const connections = 20;
const path = '/restaurants?hour=12';

/** `GET /restaurants`: loads three servers that send the same bytes, one after the other. */
export async function measureBrowsing(userUrl: string, restaurantUrl: string, durationMs: number) {
  const express = await startChild(join(__dirname, 'bare-express.js'), [`${userUrl}${path}`]);
  const expressUrl = `http://127.0.0.1:${Number(express.message)}`;
  try {
    const body = await (await fetch(`${expressUrl}${path}`)).arrayBuffer();
    for (const url of [expressUrl, userUrl]) await load(url, durationMs / 4); // warm-up
    return {
      bytes: body.byteLength,
      /** A route of Express 5 that only sends the body. */
      bareExpress: await load(expressUrl, durationMs),
      /** The user service, from its cache. */
      cached: await load(userUrl, durationMs),
      /** The restaurant service, from its database. */
      uncached: await load(restaurantUrl, durationMs),
    };
  } finally {
    await express.stop();
  }
}

async function load(baseUrl: string, durationMs: number) {
  const options = { url: `${baseUrl}${path}`, connections, duration: durationMs / 1_000 };
  const { requests, duration, latency, non2xx, errors } = await autocannon(options);
  return { perSecond: requests.total / duration, p50: latency.p50, p99: latency.p99, failed: non2xx + errors };
}
