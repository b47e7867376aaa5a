/** What every process reads. */
import { z } from 'zod';
import { milliseconds, port } from './variables';

/** `production` refuses well-known passwords. */
export const mode = { NODE_ENV: z.string().optional() };
export type ModeConfig = z.infer<z.ZodObject<typeof mode>>;

export const basics = {
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** The timeout for all dependencies at the start together: longer than any server takes to start on a busy machine. */
  START_LIMIT_MS: milliseconds(60_000),
};

export const host = { HOST: z.string().default('127.0.0.1') };
/** The port of `/metrics`. None by default. */
export const metrics = { METRICS_PORT: port().optional() };
/** The port of a worker's `/health` and `/health/ready`. None by default. */
export const health = { HEALTH_PORT: port().optional() };

/** What `runService` reads, of any process. */
export type ProcessConfig = z.infer<z.ZodObject<typeof basics & typeof host & typeof metrics>>;
export type HealthConfig = z.infer<z.ZodObject<typeof host & typeof health>>;
