import { cpus, totalmem } from 'node:os';
import type { PhaseSummary } from '../measure/phase';

/** Where and when it was measured: without this a figure says nothing. */
export interface Conditions {
  startedAt: string;
  tookSeconds: number;
  cores: number;
  cpu: string;
  memoryGb: number;
  platform: string;
  node: string;
  /** The machine's load average when it began. */
  loadBefore: number;
  /** The most that programs which are no part of this have used in a phase, in cores. Null where the kernel does not tell. */
  otherCores: number | null;
  /** Somebody else was using the machine: the figures are no more than a hint. */
  provisional: boolean;
}

/** What a machine does besides when nobody else works on it. */
const quietCores = 0.1;

export function conditionsOf(startedAt: Date, loadBefore: number, phases: readonly PhaseSummary[]): Conditions {
  const others = phases.flatMap(({ otherCores }) => otherCores ?? []);
  const otherCores = others.length > 0 ? Math.max(...others) : null;
  return {
    startedAt: startedAt.toISOString(),
    tookSeconds: Math.round((Date.now() - startedAt.getTime()) / 1_000),
    cores: cpus().length,
    cpu: cpus()[0]?.model ?? 'unknown',
    memoryGb: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    loadBefore,
    otherCores,
    provisional: otherCores === null || otherCores > quietCores,
  };
}
