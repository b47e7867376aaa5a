import { DefaultFailureConverter } from '@temporalio/common';

/**
 * In the workflow bundle, which is built once and for all: whether messages of failures go into payloads is said by whoever loads it
 * (`loadWorkflows`).
 */
export const failureConverter = new DefaultFailureConverter({
  encodeCommonAttributes: (globalThis as { encodeFailures?: boolean }).encodeFailures === true,
});
