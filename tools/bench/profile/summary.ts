import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string } }[];
  samples: number[];
  /** Microseconds since the sample before. */
  timeDeltas: number[];
}

/** Where a program spent its time: milliseconds by package, most first; what it was idle is left out. */
export type TimeByPackage = [name: string, ms: number][];

/** Of every profile in the folder, by its name. */
export const readProfiles = (folder: string): Record<string, TimeByPackage> =>
  Object.fromEntries(
    readdirSync(folder)
      .filter((file) => file.endsWith('.cpuprofile'))
      .sort()
      .map((file) => [
        file.replace('.cpuprofile', ''),
        timeByPackage(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Profile),
      ]),
  );

/** Self time: a function's own, without what it called. */
export function timeByPackage({ nodes, samples, timeDeltas }: Profile): TimeByPackage {
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
