/** How long each step of a job took, in milliseconds, by the step's name. */
export type Timings = Readonly<Record<string, number>>;

/** Something that is done again and again, with many of it under way at a time. A rejection counts as a failure. */
export type Job = () => Promise<Timings>;

/** What came of a load, counted in its window: what ended before or after it is left out. */
export interface LoadResult {
  windowMs: number;
  done: Timings[];
  /** What each job that failed has said, also before and after the window. */
  failures: string[];
}

/** What a driver had to do besides, as a client has to whose request is not done at once. */
export interface Repeats {
  /** Answers 202: held, and not done yet. */
  accepted: number;
  /** Answers 503. */
  unavailable: number;
  /** Orders that were given up, and cancelled so that they keep no agent. */
  cancelled: number;
}

/** Called when the window begins and ends, to note what the machine has done so far. */
export interface WindowHooks {
  opened(): void;
  closed(): void;
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
