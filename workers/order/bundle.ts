import path from 'node:path';

/** Where the build leaves the workflows, in one file beside the compiled code. */
export const workflowBundlePath = path.resolve(__dirname, '../../workflow-bundle.js');
