import { platformAppId } from '../../contracts/names';
import { openBroker, type Broker, type BrokerOptions } from './broker';
import { createSignature } from './signature';
import { declareTopology } from './topology';

/** Where RabbitMQ is, and as whom to speak to it. */
export type BrokerServer = Pick<BrokerOptions, 'url' | 'tls' | 'signature'>;

interface BrokerVariables {
  RABBITMQ_URL: string;
  RABBITMQ_CA_FILE?: string | undefined;
  RABBITMQ_CERT_FILE?: string | undefined;
  RABBITMQ_KEY_FILE?: string | undefined;
  MESSAGE_SECRET?: string | undefined;
}

/** From a configuration that has been checked; the files are their contents. */
export function brokerServer(config: BrokerVariables): BrokerServer {
  const { RABBITMQ_CA_FILE: ca, RABBITMQ_CERT_FILE: cert, RABBITMQ_KEY_FILE: key } = config;
  const { RABBITMQ_URL: url, MESSAGE_SECRET: secret } = config;
  const tls = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
  return { url, tls, ...(secret && { signature: createSignature(secret) }) };
}

/** Connects as one of our own programs, with all queues declared. Throws StartLimitError. */
export const openPlatformBroker = (options: Omit<BrokerOptions, 'appId' | 'topology'>): Promise<Broker> =>
  openBroker({ ...options, appId: platformAppId, topology: declareTopology });
