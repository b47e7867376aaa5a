/** What every process reads, and what the groups of variables share. */
import { z } from 'zod';

export const milliseconds = (defaultMs: number) => z.coerce.number().int().positive().default(defaultMs);
export const port = () => z.coerce.number().int().min(0).max(65_535);

/** Reports a problem under the variable that has to change. */
export type Refuse = (variable: string, problem: string) => void;

/** An empty variable counts as absent. */
export const withoutEmpty = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));

/** Whether only this machine can connect to a host. */
export const isLoopback = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/.test(host);

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

/** OpenTelemetry's own names: its SDK and exporter read them too, and more of them (docs/tracing.md). */
export const tracing = {
  /** The OTLP/HTTP endpoint for spans, without the path `/v1/traces`. Without it nothing is traced. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  /** `name=value`, separated by commas, values percent-encoded. */
  OTEL_EXPORTER_OTLP_HEADERS: z.string().optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: z.enum(['http/protobuf', 'http/json']).default('http/protobuf'),
  /** The default keeps the traces that their caller keeps, and all that begin here. */
  OTEL_TRACES_SAMPLER: z
    .enum([
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ])
    .default('parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).optional(),
  /** Defaults to the process's name, as in its log. */
  OTEL_SERVICE_NAME: z.string().optional(),
  OTEL_SDK_DISABLED: z.enum(['true', 'false']).default('false'),
};
