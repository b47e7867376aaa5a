/** Says what is done now, and notes how long it has taken. */
export interface Stopwatch {
  /** Runs a step of the benchmark. A name that comes again adds to its time. */
  step: <T>(name: string, work: () => Promise<T>) => Promise<T>;
  /** By the step's name, in the order in which they began. */
  readonly seconds: Readonly<Record<string, number>>;
}

export function createStopwatch(say: (line: string) => void): Stopwatch {
  const seconds: Record<string, number> = {};
  return {
    seconds,
    async step(name, work) {
      say(name);
      const since = performance.now();
      try {
        return await work();
      } finally {
        seconds[name] = (seconds[name] ?? 0) + (performance.now() - since) / 1_000;
      }
    },
  };
}
