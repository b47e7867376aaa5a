import { createHash } from 'node:crypto';
import { v4 } from 'uuid';

export type Random = ReturnType<typeof seededRandom>;

/**
 * Random choices that depend on the seed alone: the same on every machine. Streams of one seed are independent: drawing from one does
 * not shift another.
 */
export function seededRandom(seed: number, stream: string) {
  let draws = 0;
  /** From 0 to 1. */
  const next = (): number => {
    draws += 1;
    return createHash('sha256').update(`${seed} ${stream} ${draws}`).digest().readUInt32BE() / 2 ** 32;
  };
  /** A whole number, both ends included. */
  const int = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  return {
    int,
    chance: (probability: number): boolean => next() < probability,
    pick<T>(items: readonly T[]): T {
      const item = items[int(0, items.length - 1)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
    shuffled<T>(items: readonly T[]): T[] {
      const rest = [...items];
      return items.flatMap(() => rest.splice(int(0, rest.length - 1), 1));
    },
    uuid: (): string => v4({ random: Uint8Array.from({ length: 16 }, () => int(0, 255)) }),
  };
}
