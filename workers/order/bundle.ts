import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** Where the build leaves the workflows, in one file beside the compiled code. */
export const workflowBundlePath = path.resolve(__dirname, '../../workflow-bundle.js');

export interface WorkflowSettings {
  /**
   * Each promise of a workflow remembers where it was made, which the query `__stack_trace` (the Web UI's "Call Stack") shows and errors have
   * with them; without, an order costs the worker a quarter less (docs/performance.md). A workflow task that fails is done again, so a worker
   * that is started with them shows where.
   */
  stackTraces: boolean;
  /** Messages of failures go into payloads, which a codec encrypts. */
  encodeFailures: boolean;
  /** Places in traces go along to activities, and a worker with `traceSinks` is told what has ended. */
  carryTraces: boolean;
}

/** The workflows, for a worker. */
export async function loadWorkflows({
  codePath = workflowBundlePath,
  ...settings
}: WorkflowSettings & { codePath?: string }): Promise<{ code: string }> {
  return { code: withSettings(await readFile(codePath, 'utf8'), settings) };
}

/** Before the SDK freezes the sandbox's globals, and in the first line, so that the source map stays right. */
export const withSettings = (code: string, settings: WorkflowSettings): string =>
  [
    settings.stackTraces ? '' : 'Error.stackTraceLimit = 0;',
    settings.encodeFailures ? 'globalThis.encodeFailures = true;' : '',
    settings.carryTraces ? 'globalThis.carryTraces = true;' : '',
    code,
  ].join('');
