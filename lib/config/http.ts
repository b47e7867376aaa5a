/** What the HTTP services read (docs/security.md). */
import { isIP } from 'node:net';
import { z } from 'zod';
import { host } from './process';

const list = z.string().transform((text) => text.split(',').map((item) => item.trim()));

/** What Express's `trust proxy` takes, except for subnets wider than /8: then clients could choose their own address. */
const isProxy = (text: string): boolean => {
  const [address = '', bits] = text.split('/');
  const version = isIP(address);
  if (version === 0) return ['loopback', 'linklocal', 'uniquelocal'].includes(text);
  return (
    bits === undefined ||
    (/^[1-9]\d{0,2}$/.test(bits) && Number(bits) >= 8 && Number(bits) <= (version === 4 ? 32 : 128))
  );
};

const isCount = (proxies: string[]): boolean => /^\d{1,2}$/.test(proxies.join());

const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text && !text.includes('*');

const perMinute = (quota: number) => z.coerce.number().int().min(0).default(quota);

export const http = {
  ...host,
  /** For each caller; 0: no limit. Far more than a person's app needs. */
  RATE_LIMIT_READS_PER_MINUTE: perMinute(1_200),
  RATE_LIMIT_WRITES_PER_MINUTE: perMinute(240),
  /** The proxies whose `X-Forwarded-For` is trusted: how many, or which. */
  TRUST_PROXY: list
    .refine(
      (proxies) => isCount(proxies) || proxies.every(isProxy),
      'a number of proxies, or their addresses and subnets, separated by commas',
    )
    .transform((proxies) => (isCount(proxies) ? Number(proxies) : proxies))
    .optional(),
  /** The origins whose pages may call the service from a browser. */
  CORS_ORIGINS: list
    .refine((origins) => origins.every(isOrigin), 'origins like https://shop.example, separated by commas')
    .default([]),
  /** At most what leaves a slow placement, which takes 5 to 6 s and may arrive at the end of the delay, time within the drain limit of 8 s. */
  DRAIN_DELAY_MS: z.coerce.number().int().min(0).max(2_000).default(500),
};
export type HttpConfig = z.infer<z.ZodObject<typeof http>>;
