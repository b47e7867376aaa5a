import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { TelemetryOptions } from '@temporalio/worker';
import { latencyBuckets } from '../../lib/metrics/metrics';
import type { OtherMetrics } from '../../lib/metrics/server';

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

/**
 * Has the SDK's core serve its metrics on a free loopback port. Returns options for the runtime, and a function that reads the metrics:
 * it rejects before the runtime is installed.
 */
export async function openCoreMetrics(): Promise<{ telemetry: TelemetryOptions; read: OtherMetrics }> {
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
