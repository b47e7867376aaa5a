export interface Options {
  quick: boolean;
  rounds?: number | undefined;
  /** Orders of the soak run; without it there is none. */
  soak?: number | undefined;
  growth: boolean;
  /** From 0 to 1: multiplies the durations and counts that no other option sets. */
  scale: number;
}

export const concurrencies = [1, 10, 50] as const;
export type Concurrency = (typeof concurrencies)[number];

/** autocannon counts whole seconds. */
const minBrowsingMs = 1_000;
const minMs = 500;

export type Settings = ReturnType<typeof settingsFor>;

/** How long each load lasts, and how much it does. About 3 minutes with `quick`, 7 without. */
export function settingsFor({ quick, rounds, soak = 0, growth, scale }: Options) {
  const count = (size: number) => Math.max(Math.round(size * scale), 1);
  const ms = (full: number, short: number) => {
    const duration = quick ? short : full;
    return Math.max(Math.round(duration * scale), Math.min(duration, minMs));
  };
  const scarceAgents = Math.max(count(20), 2);
  return {
    rounds: rounds ?? (quick ? 2 : 3),
    warmUpMs: ms(15_000, 4_000),
    /** Closed loops, by jobs in flight. */
    rampMs: { 1: ms(1_000, 500), 10: ms(2_000, 1_000), 50: ms(3_000, 1_500) },
    windowMs: { 1: ms(8_000, 3_000), 10: ms(8_000, 3_000), 50: ms(15_000, 6_000) },
    openLoopMs: ms(60_000, 10_000),
    browsingMs: Math.max(ms(8_000, 2_000), minBrowsingMs),
    /** Hand-over: more orders than agents. */
    handover: { agents: scarceAgents, orders: Math.max(count(200), 4 * scarceAgents) },
    /** All other loads: no order waits for an agent. */
    agents: 200,
    /** Open at a time in one process. */
    streams: count(2_000),
    soakOrders: soak,
    growth: growth ? { restaurants: [1_000, 10_000, 50_000].map(count), finishedOrders: count(100_000) } : null,
  };
}

export const loopOf = ({ rampMs, windowMs }: Settings, concurrency: Concurrency) => ({
  concurrency,
  rampMs: rampMs[concurrency],
  windowMs: windowMs[concurrency],
});
