import type { WorkerOptions } from '@temporalio/worker';

/** How the Temporal worker takes and keeps its work; the benchmark's bare workflow runs under the same. */
export const workerTuning = {
  /** Cached workflows spare the replay; a cap keeps memory flat. Some 50 KB each. */
  maxCachedWorkflows: 2_000,
  workflowTaskPollerBehavior: { type: 'autoscaling' },
  activityTaskPollerBehavior: { type: 'autoscaling' },
} satisfies Partial<WorkerOptions>;
