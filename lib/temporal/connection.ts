import { Client, Connection, type TLSConfig } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import type { ProcessConfig } from '../config/process';
import { temporalIsSecure, type TemporalConfig } from '../config/servers';
import type { Service } from '../process/service';
import type { StartupRetry } from '../process/startup-retry';
import { isTracing } from '../tracing/sdk';
import { tracingClient } from './tracing';
import { translated, WorkflowGoneError } from './errors';
import { dataConverterOf } from './payload-codec';

export interface Temporal {
  client: Client;
  close(): Promise<void>;
}

/** The address of Temporal and our credentials, for the client's connection and for the worker's. */
export function temporalServer(config: Omit<TemporalConfig, 'TEMPORAL_NAMESPACE'>) {
  const address = config.TEMPORAL_ADDRESS;
  if (!temporalIsSecure(config)) return { address };
  const { TEMPORAL_TLS_CA_FILE: ca, TEMPORAL_TLS_CERT_FILE: crt, TEMPORAL_TLS_KEY_FILE: key } = config;
  const { TEMPORAL_TLS_SERVER_NAME: serverName, TEMPORAL_API_KEY: apiKey } = config;
  const tls: TLSConfig = {
    ...(ca && { serverRootCACertificate: Buffer.from(ca) }),
    ...(crt && key && { clientCertPair: { crt: Buffer.from(crt), key: Buffer.from(key) } }),
    ...(serverName && { serverNameOverride: serverName }),
  };
  return { address, tls, ...(apiKey && { apiKey }) };
}

/** Connects to Temporal, waits for it, and makes it a required dependency of the service. Throws StartupTimeoutError. */
export async function addTemporal(service: Service<ProcessConfig & TemporalConfig>): Promise<Temporal> {
  const { config, startup } = service;
  const dataConverter = dataConverterOf(config.TEMPORAL_PAYLOAD_KEYS);
  const temporal = await connectTemporal(temporalServer(config), config.TEMPORAL_NAMESPACE, startup, dataConverter);
  service.requires('temporal', () => checkTemporal(temporal));
  service.onStop(() => temporal.close());
  return temporal;
}

/** Connects at once, for a command at which a person waits: rejects after 5 s without the server. */
export async function openTemporal(config: TemporalConfig): Promise<Temporal> {
  const connection = await Connection.connect({ ...temporalServer(config), connectTimeout: '5s' });
  const { TEMPORAL_NAMESPACE: namespace, TEMPORAL_PAYLOAD_KEYS: keys } = config;
  const client = new Client({ connection, namespace, dataConverter: dataConverterOf(keys) });
  return { client, close: () => connection.close() };
}

/** Connects, waiting for the server and its namespace. Throws StartupTimeoutError. */
export async function connectTemporal(
  server: ReturnType<typeof temporalServer>,
  namespace: string,
  startup: StartupRetry,
  dataConverter?: DataConverter,
): Promise<Temporal> {
  let opened: Connection | undefined;
  const connection = await startup.waitFor(`Temporal at ${server.address}`, async () => {
    opened ??= await Connection.connect({ ...server, connectTimeout: '2s' }); // one is enough: it reconnects automatically
    await checkTemporal({ client: new Client({ connection: opened, namespace }) });
    return opened;
  });
  const interceptors = isTracing() ? tracingClient : undefined;
  const client = new Client({ connection, namespace, dataConverter, interceptors });
  return { client, close: () => connection.close() };
}

/** The timeout of a call that needs only the server, and no worker. */
export const serverTimeoutMs = 1_000;

/** Resolves when Temporal answers and has the namespace. */
export const checkTemporal = ({ client }: Pick<Temporal, 'client'>): Promise<unknown> =>
  client.withDeadline(Date.now() + serverTimeoutMs, () =>
    client.workflowService.describeNamespace({ namespace: client.options.namespace }),
  );

/** Makes a call that needs only the server, and no worker. Its errors are translated. */
export const callServer = <T>(client: Client, call: () => Promise<T>): Promise<T> =>
  translated(client.withDeadline(Date.now() + serverTimeoutMs, call));

/** Describes a workflow, open or closed; null when there is none. Throws TemporalUnavailableError. */
export const describeWorkflow = ({ client }: Temporal, workflowId: string) =>
  callServer(client, () => client.workflow.getHandle(workflowId).describe()).catch((error: unknown) => {
    if (error instanceof WorkflowGoneError) return null;
    throw error;
  });

/** Returns the result of a workflow that has ended. Throws WorkflowGoneError when it failed or there is none, TemporalUnavailableError. */
export const resultOf = async <T>({ client }: Temporal, workflowId: string): Promise<T> =>
  (await callServer(client, () => client.workflow.getHandle(workflowId).result())) as T;
