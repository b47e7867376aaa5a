import { cpus, loadavg, totalmem } from 'node:os';
import type { PhaseSummary } from './phase';

/** What an idle machine's own programs use. */
const quietCores = 0.1;

/** Call before the run. The returned function completes the conditions after it. */
export function readConditions() {
  const startedAt = new Date();
  const loadBefore = loadavg()[0] ?? 0;
  return (phases: readonly PhaseSummary[]) => {
    const others = phases.flatMap(({ otherCores }) => otherCores ?? []);
    /** The most that programs outside the benchmark used in a phase. Null without /proc. */
    const otherCores = others.length > 0 ? Math.max(...others) : null;
    const cores = `${cpus().length} cores (${cpus()[0]?.model}), ${Math.round(totalmem() / 2 ** 30)} GB`;
    return {
      machine: `${cores}, ${process.platform} ${process.arch}, Node ${process.versions.node}`,
      startedAt: startedAt.toISOString(),
      seconds: Math.round((Date.now() - startedAt.getTime()) / 1_000),
      /** Load average. */
      loadBefore,
      otherCores,
      /** Other programs used the machine, so the figures are only a hint. */
      provisional: otherCores === null || otherCores > quietCores,
    };
  };
}
