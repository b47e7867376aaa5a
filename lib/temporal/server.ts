import type { TLSConfig } from '@temporalio/client';
import { temporalIsSecure } from '../config/servers';

/** Where Temporal is, and as whom to speak to it: options for the client's connection and for the worker's alike. */
export interface TemporalServer {
  address: string;
  tls?: TLSConfig;
  apiKey?: string;
}

export interface TemporalVariables {
  TEMPORAL_ADDRESS: string;
  TEMPORAL_TLS?: 'on' | 'off' | undefined;
  TEMPORAL_TLS_CA_FILE?: string | undefined;
  TEMPORAL_TLS_CERT_FILE?: string | undefined;
  TEMPORAL_TLS_KEY_FILE?: string | undefined;
  TEMPORAL_TLS_SERVER_NAME?: string | undefined;
  TEMPORAL_API_KEY?: string | undefined;
}

/** From a configuration that has been checked; the files are their contents. */
export function temporalServer(config: TemporalVariables): TemporalServer {
  const address = config.TEMPORAL_ADDRESS;
  if (!temporalIsSecure({ ...config })) return { address };
  const { TEMPORAL_TLS_CA_FILE: ca, TEMPORAL_TLS_CERT_FILE: crt, TEMPORAL_TLS_KEY_FILE: key } = config;
  const { TEMPORAL_TLS_SERVER_NAME: serverName, TEMPORAL_API_KEY: apiKey } = config;
  const tls: TLSConfig = {
    ...(ca && { serverRootCACertificate: Buffer.from(ca) }),
    ...(crt && key && { clientCertPair: { crt: Buffer.from(crt), key: Buffer.from(key) } }),
    ...(serverName && { serverNameOverride: serverName }),
  };
  return { address, tls, ...(apiKey && { apiKey }) };
}
