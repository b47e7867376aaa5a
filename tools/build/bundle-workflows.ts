/** Builds the workflow bundle in advance, because a worker would take seconds to do so at its start. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import { workflowBundlePath } from '../../workers/order/bundle';

async function main(): Promise<void> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: path.resolve(__dirname, '../../workflows/index.js'),
    failureConverterPath: require.resolve('../../workflows/failure-converter'),
    workflowInterceptorModules: [require.resolve('../../workflows/tracing')],
  });
  await writeFile(workflowBundlePath, code);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
