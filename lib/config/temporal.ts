import { z } from 'zod';
import { payloadKeys } from '../temporal/payload-keys';
import { checkPair, pemFile, type Refuse } from './variables';

export const temporal = {
  TEMPORAL_ADDRESS: z.string().default('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  /** Defaults to on with an API key, else off. */
  TEMPORAL_TLS: z.enum(['on', 'off']).optional(),
  TEMPORAL_TLS_CA_FILE: pemFile('CERTIFICATE'),
  TEMPORAL_TLS_CERT_FILE: pemFile('CERTIFICATE'),
  TEMPORAL_TLS_KEY_FILE: pemFile('PRIVATE KEY'),
  TEMPORAL_TLS_SERVER_NAME: z.string().optional(),
  TEMPORAL_API_KEY: z.string().optional(),
  /** Encrypts values in Temporal; without it they stay plain. Every process that talks to Temporal needs the same. */
  TEMPORAL_PAYLOAD_KEYS: payloadKeys.optional(),
};
export type TemporalConfig = z.infer<z.ZodObject<typeof temporal>>;

/** An API key is never sent in the clear. */
export const temporalIsSecure = (config: Partial<TemporalConfig>): boolean =>
  config.TEMPORAL_TLS === 'on' || config.TEMPORAL_API_KEY !== undefined;

export function checkTemporal(config: Partial<TemporalConfig>, refuse: Refuse): void {
  checkPair(config, 'TEMPORAL_TLS', refuse);
  if (temporalIsSecure(config)) {
    if (config.TEMPORAL_TLS === 'off') refuse('TEMPORAL_API_KEY', 'never without TLS: remove TEMPORAL_TLS=off');
    return;
  }
  for (const [name, value] of Object.entries(config)) {
    if (name.startsWith('TEMPORAL_TLS_') && value !== undefined) refuse(name, 'needs TEMPORAL_TLS=on');
  }
}
