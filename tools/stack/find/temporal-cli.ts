import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withProgress } from '../progress';
import { firstExecutable, onPath } from './binaries';

/** The newest release that `go install` can build: later ones have replace directives. */
const GO_PACKAGE = 'github.com/temporalio/cli/cmd/temporal@v1.5.1';

/** For this user, across working copies: the binary has 250 MB. */
function cacheFolder(): string {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(cache, 'durable-food-delivery', 'bin');
}

/** The `temporal` program on PATH, or one that an earlier run obtained. */
export function findTemporal(): string | undefined {
  const folder = cacheFolder();
  mkdirSync(folder, { recursive: true });
  const obtained = readdirSync(folder)
    .filter((file) => /^temporal[^/]*$/.test(file))
    .sort()
    .reverse();
  return firstExecutable([...onPath('temporal'), ...obtained.map((file) => join(folder, file))]);
}

/**
 * Gets the program into the cache folder and resolves to its path: by the SDK's own
 * download, else (without that site) built from source by Go.
 * Resolves to undefined when neither way works.
 */
export async function obtainTemporal(): Promise<string | undefined> {
  const problems: string[] = [];
  for (const [label, obtain] of [
    ['Downloading the Temporal dev server', download],
    ['Building the Temporal dev server with Go (some minutes, once)', buildWithGo],
  ] as const) {
    try {
      await withProgress(label, obtain);
      const found = findTemporal();
      if (found) return found;
    } catch (error) {
      problems.push(`  ${label}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
    }
  }
  process.stderr.write(`${problems.join('\n')}\n`);
  return undefined;
}

/** Starting a server is the SDK's only way to download one; it stops at once again. */
async function download(): Promise<void> {
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  const environment = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'cached-download', downloadDir: cacheFolder() } },
  });
  await environment.teardown();
}

async function buildWithGo(): Promise<void> {
  await promisify(execFile)('go', ['install', GO_PACKAGE], { env: { ...process.env, GOBIN: cacheFolder() } });
}
