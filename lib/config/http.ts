import { isIP } from 'node:net';
import { z } from 'zod';

const list = z.string().transform((text) => text.split(',').map((item) => item.trim()));

/** What Express's `trust proxy` takes, but for "everybody": then each client could choose its own address. */
const isProxy = (text: string): boolean => {
  const [address = '', bits] = text.split('/');
  const version = isIP(address);
  if (version === 0) return ['loopback', 'linklocal', 'uniquelocal'].includes(text);
  return bits === undefined || (/^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
};

const isCount = (proxies: string[]): boolean => /^\d{1,2}$/.test(proxies.join());

const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text && !text.includes('*');

const perMinute = (byDefault: number) => z.coerce.number().int().min(0).default(byDefault);

/** What guards the edge of an HTTP service (docs/security.md). */
export const edgeVariables = {
  /** For each caller; 0: no limit. Far above what a person's app asks for. */
  RATE_LIMIT_READS_PER_MINUTE: perMinute(1_200),
  RATE_LIMIT_WRITES_PER_MINUTE: perMinute(240),
  /** The proxies whose `X-Forwarded-For` is believed: how many, or which. */
  TRUST_PROXY: list
    .refine(
      (proxies) => isCount(proxies) || proxies.every(isProxy),
      'a number of proxies, or their addresses and subnets, separated by commas',
    )
    .transform((proxies) => (isCount(proxies) ? Number(proxies) : proxies))
    .optional(),
  /** The origins whose pages may ask from a browser. */
  CORS_ORIGINS: list
    .refine((origins) => origins.every(isOrigin), 'origins like https://shop.example, separated by commas')
    .default([]),
};
