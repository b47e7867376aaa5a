import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { table } from '../../cli/cli';

/** As V8 writes it. */
interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string } }[];
  samples: number[];
  /** Microseconds since the sample before. */
  timeDeltas: number[];
}

const packagesShown = 10;
const extension = '.cpuprofile';

/** For each profile in the folder, the packages in which most time was spent. Idle time is left out. */
export const profileLines = (folder: string): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith(extension))
    .sort()
    .flatMap((file) => {
      const times = timeByPackage(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Profile);
      const total = times.reduce((sum, [, ms]) => sum + ms, 0);
      const rows = times
        .slice(0, packagesShown)
        .map(([name, ms]) => [`  ${name}`, `${Math.round(ms)} ms`, `${Math.round((100 * ms) / total)} %`]);
      return ['', `${basename(file, extension)}: ${Math.round(total)} ms`, ...table(rows)];
    });

/** Self time in milliseconds, descending. */
function timeByPackage({ nodes, samples, timeDeltas }: Profile): [name: string, ms: number][] {
  const packages = new Map(nodes.map(({ id, callFrame }) => [id, packageOf(callFrame)]));
  const times = new Map<string, number>();
  samples.forEach((id, i) => {
    const name = packages.get(id);
    if (name !== undefined) times.set(name, (times.get(name) ?? 0) + (timeDeltas[i] ?? 0) / 1_000);
  });
  return [...times].sort(([, a], [, b]) => b - a);
}

function packageOf({ functionName, url }: Profile['nodes'][number]['callFrame']): string | undefined {
  if (functionName === '(idle)' || functionName === '(root)') return undefined;
  if (functionName.startsWith('(')) return functionName; // (garbage collector), (program): native code
  const installed = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  if (installed !== undefined) return installed;
  if (url.startsWith('node:')) return 'node';
  if (url.includes('/dist/')) return 'our code';
  if (url === '') return 'native functions';
  if (url.startsWith('wasm:')) return 'WebAssembly';
  return url.includes('workflow-bundle') ? 'workflows' : 'other';
}
