import { createRequire } from 'node:module';
import { join } from 'node:path';
import { projectRoot } from './instance';

interface Progress {
  withProgress: <T>(label: string, work: () => Promise<T>) => Promise<T>;
}

/** Shows on standard error how long `work` takes, as the preparation does before anything is compiled. Rejects as `work` does. */
export const { withProgress } = createRequire(__filename)(
  join(projectRoot, 'tools', 'prepare', 'progress.cjs'),
) as Progress;
