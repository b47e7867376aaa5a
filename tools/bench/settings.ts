/** How long everything takes, in milliseconds. */
export interface Settings {
  /** How often the closed loops are repeated, orders and bare workflows in turn, so that both see the same machine. */
  rounds: number;
  warmUpMs: number;
  rampMs: number;
  /** Of a closed loop, by how many orders are under way. */
  windowMs: Record<Concurrency, number>;
  openLoopMs: number;
  browsingMs: number;
  /** Orders for the run that looks for what grows; 0: none. */
  soakOrders: number;
  growth: boolean;
}

export const concurrencies = [1, 10, 50] as const;
export type Concurrency = (typeof concurrencies)[number];

/** Couriers of the scenario in which orders wait for one, and its orders. */
export const busy = { agents: 20, orders: 200 } as const;
/** Afterwards there are so many that no order waits. */
export const manyAgents = 400;

export interface Wishes {
  quick: boolean;
  rounds: number | undefined;
  soakOrders: number;
  growth: boolean;
}

/** The quick run takes less than three minutes with everything, the other one about eight. */
export function settingsFor({ quick, rounds, soakOrders, growth }: Wishes): Settings {
  const lengths = quick
    ? { warmUpMs: 4_000, windowMs: { 1: 3_000, 10: 3_000, 50: 6_000 }, openLoopMs: 12_000, browsingMs: 2_000 }
    : { warmUpMs: 15_000, windowMs: { 1: 8_000, 10: 8_000, 50: 15_000 }, openLoopMs: 60_000, browsingMs: 8_000 };
  return { rounds: rounds ?? (quick ? 2 : 3), rampMs: quick ? 1_500 : 2_500, ...lengths, soakOrders, growth };
}
