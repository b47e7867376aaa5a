import { z } from 'zod';
import type { ModeConfig } from './process';
import { checkPair, checkPassword, checkTlsFiles, pemFile, type Refuse } from './variables';

export const broker = {
  RABBITMQ_URL: z.url({ protocol: /^amqps?$/ }).default('amqp://guest:guest@127.0.0.1:5672'),
  RABBITMQ_CA_FILE: pemFile('CERTIFICATE'),
  RABBITMQ_CERT_FILE: pemFile('CERTIFICATE'),
  RABBITMQ_KEY_FILE: pemFile('PRIVATE KEY'),
};
export type BrokerConfig = z.infer<z.ZodObject<typeof broker>>;

/** Signs requests, so that consumers know them. At least as long as the output of HMAC-SHA-256. */
export const messageSecret = { MESSAGE_SECRET: z.string().min(32).optional() };
export type MessageSecretConfig = z.infer<z.ZodObject<typeof messageSecret>>;

export function checkBroker(config: Partial<BrokerConfig> & ModeConfig, refuse: Refuse): void {
  checkPair(config, 'RABBITMQ', refuse);
  checkTlsFiles(config, { prefix: 'RABBITMQ', scheme: 'amqps', url: config.RABBITMQ_URL }, refuse);
  if (config.NODE_ENV === 'production') checkPassword('RABBITMQ_URL', config.RABBITMQ_URL, 'guest:guest', refuse);
}
