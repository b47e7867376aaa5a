import type { readDatabases } from './databases';

/** The contents of the databases, the queues and Temporal at the end of a run. */
export interface Evidence extends Awaited<ReturnType<typeof readDatabases>> {
  runs: Run[];
  /** Histories that the built workflow code does not replay: a worker without them in its cache cannot continue them. */
  replayFailures: { workflowId: string; error: string }[];
  /** `messages` includes unacknowledged ones; none where the broker gave no number. */
  queues: { name: string; messages?: number | null }[];
  deadLetters: { queue: string; id: string; reason: string | null }[];
}

/** A workflow of an order or of a rating. */
export interface Run {
  workflowId: string;
  /** Temporal's: RUNNING, COMPLETED, FAILED… */
  status: string;
  /** An order's customer. */
  userId: string | null;
  /** Of an order's workflow that has completed. */
  outcome: string | null;
  /** Of the pending workflow task. */
  failedAttempts: number;
}
