import { DefaultFailureConverter } from '@temporalio/common';

/** Puts a failure's message and stack into a payload, which the codec encrypts. The SDK loads this module by its path. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
