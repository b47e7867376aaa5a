import { createHash } from 'node:crypto';
import { v4 } from 'uuid';
import type { PartialRefusal } from '../../../contracts/states';

export type Random = ReturnType<typeof seededRandom>;

/** Random choices that depend on the seed alone, on every machine. Drawing from one stream of a seed does not shift another. */
export function seededRandom(seed: number, stream: string) {
  let draws = 0;
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

/** The intended course of an order, and how many of 30 follow it. Faults and time limits may end it otherwise. */
const shares = {
  delivered: 5,
  rated: 6,
  cancelled: 6,
  refused: 2,
  /** One of several restaurants refuses; the customer wants all or nothing. */
  'refused in part, cancel all': 2,
  /** The same; the customer keeps the rest. */
  'refused in part, keep rest': 2,
  'declined by a courier': 3,
  'no decision': 1,
  'unknown item': 1,
  'cancelled by the courier': 1,
  /** Picked up; the order still waits at the end of the run. */
  'never delivered': 1,
} as const;

export type Scenario = keyof typeof shares;
export const scenarios = Object.keys(shares) as Scenario[];
export const isRefusedInPart = (scenario: Scenario): boolean => scenario.startsWith('refused in part');

const cancelStages = ['placed', 'confirmed', 'assigned', 'racing the pick-up'] as const;
/** Where an order is placed. Programs older than the HTTP interface send a message. */
export const placementRoutes = {
  'user API': ['user', '/orders'],
  'user API, old path': ['user', '/place-order'],
  'restaurant API': ['restaurant', '/orders'],
  message: null,
} as const;
type Channel = keyof typeof placementRoutes;
const channels = Object.keys(placementRoutes) as Channel[];

export const restaurantCount = 6;
export const menuSize = 3;

/** Deals scenarios from a shuffled deck of 30, so that 30 orders cover them all. */
export function planOrders(random: Random, count: number, loadMs: number): PlannedOrder[] {
  const deck = scenarios.flatMap((scenario) => Array.from({ length: shares[scenario] }, () => scenario));
  const decks = Array.from({ length: Math.ceil(count / deck.length) }, () => random.shuffled(deck));
  const dealt = decks.flat().slice(0, count);
  return dealt.map((scenario, index) => planOrder(random, scenario, index + 1, loadMs));
}

export type PlannedOrder = ReturnType<typeof planOrder>;

function planOrder(random: Random, scenario: Scenario, number: number, loadMs: number) {
  const channel: Channel = scenario === 'unknown item' || random.chance(0.5) ? 'user API' : random.pick(channels);
  const onPartialRefusal: PartialRefusal = scenario === 'refused in part, keep rest' ? 'keep_rest' : 'cancel_all';
  return {
    number,
    scenario,
    channel,
    onPartialRefusal,
    startsAfterMs: random.int(0, loadMs),
    /** Unique, so that an order is recognised even when its placement got no answer. */
    userId: random.uuid(),
    messageOrderId: random.uuid(),
    /** Null: the customer sends no key, and does not repeat the request. */
    idempotencyKey: random.chance(0.85) ? random.uuid() : null,
    /** How long a customer without a key waits. */
    placementTimeoutMs: random.int(50, 4_000),
    parts: planParts(random, isRefusedInPart(scenario) ? random.int(2, 3) : random.pick([1, 1, 1, 2, 3])),
    /** Each restaurant decides on its own part; otherwise one decision covers the order. */
    decidesByPart: isRefusedInPart(scenario) || random.chance(0.5),
    cancelAt: random.pick(cancelStages),
    cancelsTwice: random.chance(0.3),
    pausesMs: Array.from({ length: 8 }, () => random.int(0, 1_200)),
    rating: { order_rating: random.int(1, 5), agent_rating: random.int(1, 5) },
    /** The order's messages are published again, as the broker may do. */
    repeatsMessages: random.chance(0.25),
  };
}

/** Restaurants and their items, by index. */
function planParts(random: Random, count: number) {
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
