import { DefaultFailureConverter } from '@temporalio/common';

/** Part of the workflow bundle. The loader of the bundle decides whether failure messages are encoded as payloads (`loadWorkflows`). */
export const failureConverter = new DefaultFailureConverter({
  encodeCommonAttributes: (globalThis as { encodeFailures?: boolean }).encodeFailures === true,
});
