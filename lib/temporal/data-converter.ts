import type { DataConverter } from '@temporalio/common';
import { payloadCodec } from './payload-codec';
import type { PayloadKeys } from './payload-keys';

/**
 * For each client and worker of a process that has keys; without keys there is nothing between a value and Temporal. A worker's workflow bundle
 * has its failures encoded by itself (`loadWorkflows`).
 */
export function dataConverterOf(keys: PayloadKeys | undefined): DataConverter | undefined {
  if (!keys) return undefined;
  return {
    payloadCodecs: [payloadCodec(keys)],
    ...(keys.current && { failureConverterPath: require.resolve('./encoded-failures') }),
  };
}
