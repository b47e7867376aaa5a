import { createRequire } from 'node:module';
import { join } from 'node:path';
import { projectRoot } from './instance';

interface Progress {
  withProgress: <T>(label: string, work: () => Promise<T>) => Promise<T>;
}

/** The same display as while preparing, which runs before anything is compiled. */
const progress = createRequire(__filename)(join(projectRoot, 'tools', 'prepare', 'progress.cjs')) as Progress;

/**
 * Runs `work` and shows on stderr what takes how long. Rejects as `work` does.
 */
export const withProgress = progress.withProgress;
