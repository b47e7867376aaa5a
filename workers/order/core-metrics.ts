import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { TelemetryOptions } from '@temporalio/worker';
import { latencyBuckets } from '../../lib/metrics/metrics';
import type { OtherMetrics } from '../../lib/metrics/server';

/** The metrics of the SDK's core, which serves them on a port of its own. */
export interface CoreMetrics {
  /** Options for the runtime. */
  telemetry: TelemetryOptions;
  /** Reads the metrics. Rejects before the runtime is installed. */
  read: OtherMetrics;
}

/** The core's histograms whose default buckets are too coarse for milliseconds. */
const fineHistograms = [
  'request_latency',
  'workflow_task_schedule_to_start_latency',
  'workflow_task_execution_latency',
  'workflow_task_replay_latency',
  'activity_schedule_to_start_latency',
  'activity_execution_latency',
  'activity_succeed_endtoend_latency',
  'local_activity_execution_latency',
  'local_activity_succeed_endtoend_latency',
];

/** Chooses a free loopback port. */
export async function openCoreMetrics(): Promise<CoreMetrics> {
  const address = `127.0.0.1:${await freePort()}`;
  const prometheus = {
    bindAddress: address,
    countersTotalSuffix: true,
    unitSuffix: true,
    useSecondsForDurations: true,
    histogramBucketOverrides: Object.fromEntries(fineHistograms.map((name) => [name, latencyBuckets])),
  };
  return {
    telemetry: { metrics: { prometheus, attachServiceName: false } },
    read: async () => (await fetch(`http://${address}/metrics`)).text(),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
