import { z } from 'zod';
import { checkTlsFiles, pemFile, type Refuse } from './variables';

export const redis = {
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).default('redis://127.0.0.1:6379'),
  REDIS_CA_FILE: pemFile('CERTIFICATE'),
};
export type RedisConfig = z.infer<z.ZodObject<typeof redis>>;

export const checkRedis = (config: Partial<RedisConfig>, refuse: Refuse): void =>
  checkTlsFiles(config, { prefix: 'REDIS', scheme: 'rediss', url: config.REDIS_URL }, refuse);
