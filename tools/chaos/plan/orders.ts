import type { PartialRefusal } from '../../../contracts/states';
import type { Random } from './random';

/** What is meant to become of an order, and how many of 30 it is; faults and limits may make something else of it. */
const shares = {
  delivered: 5,
  rated: 6,
  /** By the customer, at some stage. */
  cancelled: 6,
  refused: 2,
  /** One of its restaurants refuses, and the customer wants all or nothing. */
  'refused in part': 2,
  /** The same, and the customer wants the rest. */
  'kept in part': 2,
  /** A courier hands the job back. */
  declined: 3,
  /** The restaurant never decides. */
  'no answer': 1,
  /** Asks for an item that no menu has. */
  unavailable: 1,
  /** By the courier, who has had an accident, say. */
  'called off': 1,
  /** Picked up and never delivered: it is still waiting at the end. */
  'on the way': 1,
} as const;

export type Fate = keyof typeof shares;
export const fates = Object.keys(shares) as Fate[];

const cancelStages = ['placed', 'confirmed', 'assigned', 'racing the pick-up'] as const;

/** Where it is placed: a route, its old name, the restaurant's side, or a message as old programs send it. */
const doors = ['user', 'user, old name', 'restaurant', 'message'] as const;

/** A restaurant and its items by their places in the world. */
export interface Portion {
  kitchen: number;
  items: { item: number; quantity: number }[];
}

/** All that the seed decides about one order. */
export interface PlannedOrder {
  number: number;
  fate: Fate;
  startsAfterMs: number;
  /** A customer of its own: so an order is known also where its placement was never answered. */
  userId: string;
  door: (typeof doors)[number];
  /** Its id, where it is placed by a message. */
  messageOrderId: string;
  /** Null: asked once, without a key, and left if there is no answer in time. */
  key: string | null;
  /** For the answer to a placement that is not repeated. */
  patienceMs: number;
  basket: Portion[];
  onPartialRefusal: PartialRefusal;
  /** Each restaurant decides for itself, instead of one decision for all. */
  decidesEach: boolean;
  cancelAt: (typeof cancelStages)[number];
  cancelsTwice: boolean;
  /** Before each step of a person, in turn. */
  pausesMs: number[];
  rating: { order: number; agent: number };
  /** Whether somebody publishes its messages once more. */
  repeatsMessages: boolean;
}

export const kitchensInWorld = 6;
export const itemsOfKitchen = 3;

/** A deck of fates for every 30 orders, shuffled: each comes up however few orders there are. */
export function planOrders(random: Random, count: number, loadMs: number): PlannedOrder[] {
  const deck = fates.flatMap((fate) => Array.from({ length: shares[fate] }, () => fate));
  const dealt: Fate[] = [];
  while (dealt.length < count) dealt.push(...random.shuffled(deck));
  return dealt.slice(0, count).map((fate, index) => planOrder(random, fate, index + 1, loadMs));
}

function planOrder(random: Random, fate: Fate, number: number, loadMs: number): PlannedOrder {
  const inParts = fate === 'refused in part' || fate === 'kept in part';
  const door = fate === 'unavailable' ? 'user' : random.chance(0.5) ? 'user' : random.pick(doors);
  return {
    number,
    fate,
    startsAfterMs: random.int(0, loadMs),
    userId: random.uuid(),
    door,
    messageOrderId: random.uuid(),
    key: random.chance(0.85) ? random.uuid() : null,
    patienceMs: random.int(50, 4_000),
    basket: planBasket(random, inParts ? random.int(2, 3) : random.pick([1, 1, 1, 2, 3])),
    onPartialRefusal: fate === 'kept in part' ? 'keep_rest' : 'cancel_all',
    decidesEach: inParts || random.chance(0.5),
    cancelAt: random.pick(cancelStages),
    cancelsTwice: random.chance(0.3),
    pausesMs: Array.from({ length: 8 }, () => random.int(0, 1_200)),
    rating: { order: random.int(1, 5), agent: random.int(1, 5) },
    repeatsMessages: random.chance(0.25),
  };
}

function planBasket(random: Random, restaurants: number): Portion[] {
  const kitchens = random.shuffled(Array.from({ length: kitchensInWorld }, (_, index) => index)).slice(0, restaurants);
  return kitchens.map((kitchen) => ({
    kitchen,
    items: random
      .shuffled(Array.from({ length: itemsOfKitchen }, (_, item) => item))
      .slice(0, random.int(1, itemsOfKitchen))
      .map((item) => ({ item, quantity: random.int(1, 4) })),
  }));
}
