import type { OrderedRestaurant } from '../../contracts/messages';
import { limits } from '../../contracts/limits';
import type { Offer, OfferedItem, PricedOrder } from '../../prisma/restaurant/placement';

export type Pricing = { outcome: 'priced'; order: PricedOrder } | { outcome: 'rejected'; reason: string };

const maxTotalCents = BigInt(Math.round(limits.amount * 100));
/** Users read the reason: this many problems are listed, the rest are counted. */
const listedProblems = 10;

/** Prices an order exactly, by the offers of the minute, or rejects it with the problems. Each restaurant occurs once. */
export function priceOrder(requested: OrderedRestaurant[], offers: Offer[], minute: string): Pricing {
  const offerOf = new Map(offers.map((offer) => [offer.id, offer]));
  const problems = requested.flatMap((part) => problemsOf(part, offerOf.get(part.restaurant_id), minute));
  if (problems.length > 0) return { outcome: 'rejected', reason: `Not available: ${listed(problems)}` };

  const parts = requested.map(({ restaurant_id, items }) => {
    const offer = offerOf.get(restaurant_id) as Offer; // a part without one, or an item, is a problem
    const priced = items.map((item) => ({ ...item, ...(offer.items[item.menu_item_id] as OfferedItem) }));
    const cents = priced.reduce((sum, { price, quantity }) => sum + toCents(price) * BigInt(quantity), 0n);
    return { restaurant_id, name: offer.name, items: priced, cents };
  });
  const cents = parts.reduce((sum, part) => sum + part.cents, 0n);
  if (cents > maxTotalCents) {
    return { outcome: 'rejected', reason: `The total of ${toMoney(cents)} exceeds the maximum of one order` };
  }
  const restaurants = parts.map(({ cents: part, ...priced }) => ({ ...priced, total: toMoney(part) }));
  return { outcome: 'priced', order: { total: toMoney(cents), restaurants } };
}

function problemsOf({ restaurant_id, items }: OrderedRestaurant, offer: Offer | undefined, minute: string): string[] {
  if (!offer) return [`restaurant ${restaurant_id} does not exist`];
  const restaurant = `restaurant "${offer.name}" (${offer.id})`;
  if (!offer.online) return [`${restaurant} is offline`];
  if (!offer.open) return [`${restaurant} is closed at ${minute} UTC`];
  return items.flatMap(({ menu_item_id }) =>
    menu_item_id in offer.items ? [] : `${restaurant} has no menu item ${menu_item_id}`,
  );
}

function listed(problems: string[]): string {
  const more = problems.length - listedProblems;
  return problems.slice(0, listedProblems).join('; ') + (more > 0 ? `; and ${more} more` : '');
}

const toCents = (money: string): bigint => BigInt(money.replace('.', ''));
const toMoney = (cents: bigint): string => `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`;
