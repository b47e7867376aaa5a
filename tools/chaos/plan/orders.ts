import type { PartialRefusal } from '../../../contracts/states';
import type { Random } from './seeded-random';

/** The intended course of an order, and how many of 30 follow it. Faults and time limits may end it otherwise. */
const shares = {
  delivered: 5,
  rated: 6,
  /** By the customer, at one of the stages below. */
  cancelled: 6,
  refused: 2,
  /** One of several restaurants refuses; the customer wants all or nothing. */
  'refused in part, cancel all': 2,
  /** The same; the customer keeps the rest. */
  'refused in part, keep rest': 2,
  'declined by a courier': 3,
  'no decision': 1,
  /** The item is on no menu. */
  'unknown item': 1,
  'cancelled by the courier': 1,
  /** Picked up; the order still waits at the end of the run. */
  'never delivered': 1,
} as const;

export type Scenario = keyof typeof shares;
export const scenarios = Object.keys(shares) as Scenario[];

const cancelStages = ['placed', 'confirmed', 'assigned', 'racing the pick-up'] as const;
/** A message is how programs older than the HTTP interface place an order. */
const channels = ['user API', 'user API, old path', 'restaurant API', 'message'] as const;

/** One restaurant and its items, by index. */
interface PlannedPart {
  restaurant: number;
  items: { item: number; quantity: number }[];
}

export interface PlannedOrder {
  number: number;
  scenario: Scenario;
  startsAfterMs: number;
  /** Unique, so that an order is recognised even when its placement got no answer. */
  userId: string;
  channel: (typeof channels)[number];
  /** Used where the channel is `message`. */
  messageOrderId: string;
  /** Null: the customer sends no key, and does not repeat the request. */
  idempotencyKey: string | null;
  /** How long a customer without a key waits. */
  placementTimeoutMs: number;
  parts: PlannedPart[];
  onPartialRefusal: PartialRefusal;
  /** Each restaurant decides on its own part; otherwise one decision covers the order. */
  decidesByPart: boolean;
  cancelAt: (typeof cancelStages)[number];
  cancelsTwice: boolean;
  /** Before each actor's step, in turn. */
  pausesMs: number[];
  rating: { order: number; agent: number };
  /** The order's messages are published again, as the broker may do. */
  repeatsMessages: boolean;
}

export const restaurantCount = 6;
export const menuSize = 3;

/** Deals scenarios from a shuffled deck of 30, so that 30 orders cover them all. */
export function planOrders(random: Random, count: number, loadMs: number): PlannedOrder[] {
  const deck = scenarios.flatMap((scenario) => Array.from({ length: shares[scenario] }, () => scenario));
  const decks = Array.from({ length: Math.ceil(count / deck.length) }, () => random.shuffled(deck));
  const dealt = decks.flat().slice(0, count);
  return dealt.map((scenario, index) => planOrder(random, scenario, index + 1, loadMs));
}

function planOrder(random: Random, scenario: Scenario, number: number, loadMs: number): PlannedOrder {
  const isRefusedInPart = scenario === 'refused in part, cancel all' || scenario === 'refused in part, keep rest';
  const channel = scenario === 'unknown item' || random.chance(0.5) ? 'user API' : random.pick(channels);
  return {
    number,
    scenario,
    startsAfterMs: random.int(0, loadMs),
    userId: random.uuid(),
    channel,
    messageOrderId: random.uuid(),
    idempotencyKey: random.chance(0.85) ? random.uuid() : null,
    placementTimeoutMs: random.int(50, 4_000),
    parts: planParts(random, isRefusedInPart ? random.int(2, 3) : random.pick([1, 1, 1, 2, 3])),
    onPartialRefusal: scenario === 'refused in part, keep rest' ? 'keep_rest' : 'cancel_all',
    decidesByPart: isRefusedInPart || random.chance(0.5),
    cancelAt: random.pick(cancelStages),
    cancelsTwice: random.chance(0.3),
    pausesMs: Array.from({ length: 8 }, () => random.int(0, 1_200)),
    rating: { order: random.int(1, 5), agent: random.int(1, 5) },
    repeatsMessages: random.chance(0.25),
  };
}

function planParts(random: Random, count: number): PlannedPart[] {
  const shuffledIndexes = (size: number): number[] => random.shuffled([...Array(size).keys()]);
  return shuffledIndexes(restaurantCount)
    .slice(0, count)
    .map((restaurant) => ({
      restaurant,
      items: shuffledIndexes(menuSize)
        .slice(0, random.int(1, menuSize))
        .map((item) => ({ item, quantity: random.int(1, 4) })),
    }));
}
