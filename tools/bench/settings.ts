/** How long everything takes, in milliseconds, and how much there is of it. */
export interface Settings {
  /** How often the closed loops are repeated, orders and bare workflows in turn, so that both see the same machine. */
  rounds: number;
  warmUpMs: number;
  /** Of a closed loop, by how many orders are under way. */
  rampMs: Record<Concurrency, number>;
  windowMs: Record<Concurrency, number>;
  openLoopMs: number;
  browsingMs: number;
  /** The scenario in which orders wait for a courier. */
  busy: { agents: number; orders: number };
  /** Couriers afterwards: so many that no order waits. */
  manyAgents: number;
  /** Orders for the run that looks for what grows; 0: none. */
  soakOrders: number;
  /** Null: the databases are not filled. */
  growth: GrowthSizes | null;
}

export interface GrowthSizes {
  /** By stage, each more than the one before. */
  restaurants: number[];
  finishedOrders: number;
  /** Orders that wait for an agent, by case. */
  waiting: number[];
  /** Matches that are timed in each of those. */
  matches: number;
}

export const concurrencies = [1, 10, 50] as const;
export type Concurrency = (typeof concurrencies)[number];

/** What can be asked for. */
export interface Wishes {
  quick: boolean;
  rounds: number | undefined;
  soakOrders: number;
  growth: boolean;
  /** From 0 to 1: of all times and numbers that were not asked for one by one. */
  scale: number;
}

/** The quick run takes less than three minutes with everything, the other one by these some seven. */
export function settingsFor({ quick, rounds, soakOrders, growth, scale }: Wishes): Settings {
  const ms = scaledBy(scale, 500);
  const count = scaledBy(scale, 1);
  const byConcurrency = (one: number, ten: number, fifty: number) => ({ 1: ms(one), 10: ms(ten), 50: ms(fifty) });
  const lengths = quick
    ? {
        warmUpMs: ms(4_000),
        rampMs: byConcurrency(500, 1_000, 1_500),
        windowMs: byConcurrency(3_000, 3_000, 6_000),
        openLoopMs: ms(10_000),
        browsingMs: Math.max(ms(2_000), shortestBrowsingMs),
      }
    : {
        warmUpMs: ms(15_000),
        rampMs: byConcurrency(1_000, 2_000, 3_000),
        windowMs: byConcurrency(8_000, 8_000, 15_000),
        openLoopMs: ms(60_000),
        browsingMs: Math.max(ms(8_000), shortestBrowsingMs),
      };
  const agents = Math.max(count(20), 2);
  return {
    rounds: rounds ?? (quick ? 2 : 3),
    ...lengths,
    busy: { agents, orders: Math.max(count(200), 4 * agents) },
    manyAgents: 200,
    soakOrders,
    growth: growth
      ? {
          restaurants: [1_000, 10_000, 50_000].map(count),
          finishedOrders: count(100_000),
          waiting: [10, 1_000, 10_000].map(count),
          matches: count(200),
        }
      : null,
  };
}

/** autocannon counts whole seconds. */
const shortestBrowsingMs = 1_000;

const scaledBy =
  (scale: number, least: number) =>
  (size: number): number =>
    Math.max(Math.round(size * scale), Math.min(size, least));
