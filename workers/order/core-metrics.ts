import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { TelemetryOptions } from '@temporalio/worker';
import { answerBuckets } from '../../lib/metrics/metrics';
import type { OtherMetrics } from '../../lib/metrics/server';

/** The metrics of the SDK's core, which can only serve them at an address of its own. */
export interface CoreMetrics {
  /** For the runtime, which then counts and serves. */
  telemetry: TelemetryOptions;
  /** Reads them from there; rejects before the runtime is installed. */
  read: OtherMetrics;
}

/** The names of the core's histograms whose own buckets are too coarse for steps of milliseconds. */
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

/** Chooses a free port of this machine for them, which nobody outside it reaches. */
export async function openCoreMetrics(): Promise<CoreMetrics> {
  const address = `127.0.0.1:${await freePort()}`;
  const prometheus = {
    bindAddress: address,
    countersTotalSuffix: true,
    unitSuffix: true,
    useSecondsForDurations: true,
    histogramBucketOverrides: Object.fromEntries(fineHistograms.map((name) => [name, answerBuckets])),
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
