import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '../../cli/output';
import { withProgress } from '../screen';
import { firstExecutable, onPath } from './binaries';

/** The newest release that `go install` can build: later ones have replace directives. */
const goPackage = 'github.com/temporalio/cli/cmd/temporal@v1.5.1';

/** Shared by all working copies of this user: the binary has 250 MB. */
const cacheFolder = (): string =>
  join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'durable-food-delivery', 'bin');

/** The `temporal` program on PATH, or one that an earlier run obtained. */
export function findTemporal(): string | undefined {
  const folder = cacheFolder();
  mkdirSync(folder, { recursive: true });
  const obtained = readdirSync(folder)
    .filter((file) => file.startsWith('temporal'))
    .sort()
    .reverse();
  return firstExecutable([...onPath('temporal'), ...obtained.map((file) => join(folder, file))]);
}

const waysToObtain = {
  'Downloading the Temporal dev server': download,
  'Building the Temporal dev server with Go (some minutes, once)': buildWithGo,
};

/**
 * Downloads the program with Temporal's SDK, or else builds it from source with Go, into the cache folder. Resolves to its path; to
 * undefined when neither works. Prints why one does not.
 */
export async function obtainTemporal(): Promise<string | undefined> {
  for (const [label, obtain] of Object.entries(waysToObtain)) {
    try {
      await withProgress(label, obtain);
      const found = findTemporal();
      if (found) return found;
    } catch (error) {
      process.stderr.write(`  ${messageOf(error).split('\n')[0]}\n`);
    }
  }
  return undefined;
}

/** The SDK downloads a server only to start it. */
async function download(): Promise<void> {
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  const environment = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'cached-download', downloadDir: cacheFolder() } },
  });
  await environment.teardown();
}

async function buildWithGo(): Promise<void> {
  await promisify(execFile)('go', ['install', goPackage], { env: { ...process.env, GOBIN: cacheFolder() } });
}
