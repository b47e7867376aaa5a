import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { WorkerOptions } from '@temporalio/worker';

/** The build's output: all workflows in one file, beside the compiled code. */
export const workflowBundlePath = path.resolve(__dirname, '../../workflow-bundle.js');

interface WorkflowSettings {
  /**
   * Records where each promise of a workflow was created, for the query `__stack_trace` (the Web UI's "Call Stack") and for errors. Without
   * them an order costs the worker a quarter less (docs/performance.md). A failed workflow task is retried, so a worker started with them
   * shows where it fails.
   */
  stackTraces: boolean;
  /** Puts the messages of failures into payloads, which the codec encrypts. */
  encodeFailures: boolean;
  /** Passes trace contexts to activities, and calls the worker's `traceSinks` for spans. */
  carryTraces: boolean;
}

export async function loadWorkflows({
  codePath = workflowBundlePath,
  ...settings
}: WorkflowSettings & { codePath?: string }): Promise<{ code: string }> {
  // They run before the SDK freezes the sandbox's globals, and stay on the first line, so that the source map still fits.
  const statements = [
    settings.stackTraces ? '' : 'Error.stackTraceLimit = 0;',
    settings.encodeFailures ? 'globalThis.encodeFailures = true;' : '',
    settings.carryTraces ? 'globalThis.carryTraces = true;' : '',
  ];
  return { code: statements.join('') + (await readFile(codePath, 'utf8')) };
}

/** How the worker polls and caches. The benchmark's bare workflow uses the same. */
export const workerTuning = {
  /** Cached workflows need no replay; the cap bounds memory. About 50 KB each. */
  maxCachedWorkflows: 2_000,
  workflowTaskPollerBehavior: { type: 'autoscaling' },
  activityTaskPollerBehavior: { type: 'autoscaling' },
} satisfies Partial<WorkerOptions>;
