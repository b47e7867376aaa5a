/** What in the old databases the import finds odd, and what it makes of it. */

const oddities = {
  // Any row
  'id-not-uuid': ['an id is no UUID', 'a UUID made from it stands for it, wherever it is used'],
  'time-unreadable': ['a time is not of the years 1 to 9999', 'it is 1970-01-01'],
  'text-refused': [
    'a name or description is one that we refuse',
    'it is without control characters, cut to our length',
  ],
  // Restaurants
  'name-taken': ['another has the name, or user name', 'it has a number behind it: "Name (2)"'],
  'hours-rewritten': ['an opening or closing time is no HH:MM', 'it is the time that is meant'],
  'hours-unreadable': [
    'an opening or closing time means nothing',
    'the restaurant is OFFLINE, 00:00-23:59: set its hours',
  ],
  'hours-equal': ['a restaurant closes when it opens', 'it closes a minute later: set its hours'],
  'hours-past-midnight': [
    'a restaurant closes before it opens',
    'it closes on the next day, and is listed from now on',
  ],
  'menu-too-large': ['a menu is larger than we allow', 'it is brought over; a change has to make it smaller'],
  'price-rounded': ['a price is finer than a cent', 'it is rounded half up'],
  'price-out-of-range': [
    'a price is negative, above 99999999.99, or no number',
    'it is the nearest price that we allow',
  ],
  'unknown-restaurant': [
    'a part of an order, or a menu item, is of an unknown restaurant',
    'an OFFLINE restaurant stands for it',
  ],
  'unknown-menu-item': ['an ordered item is unknown', 'an item that is on no menu stands for it'],
  // Orders
  'order-twice': ['an id occurs twice, in other letters', 'the oldest is brought over'],
  'order-of-two-users': ['an order is under two users', "it is the restaurant side's user's, else the first's"],
  'user-differs': ['user and restaurant side name different users', 'each side keeps its own'],
  'unknown-to-restaurant': [
    'the restaurant side never got an order',
    'it is CANCELLED, or goes on by its delivery; placed 1970-01-01',
  ],
  'unknown-to-user': ['the user side does not know an order', "its record is made from the restaurant side's"],
  'unknown-to-both': [
    'only the delivery side knows an order',
    'its delivery is brought over; CANCELLED if it was open',
  ],
  'order-without-items': ['an order has no items', 'it is CANCELLED, unless it was picked up'],
  'part-without-items': [
    "a restaurant's part of an order has no items",
    'it is left out of an open order, and kept at 0.00 in an ended one',
  ],
  'part-twice': ['an order has two parts of one restaurant', 'they are one part'],
  'part-status-differs': ["a part's status is not its order's", "it is its order's"],
  'item-twice': [
    'an item is ordered twice in one part',
    'its quantities are added; it shows the first price, the total is right',
  ],
  'item-price-zero': ['an ordered item costs 0.00', 'it does so here'],
  'quantity-not-positive': ['a quantity is 0 or negative', 'the item is left out of the order'],
  'total-too-large': ['a total is above 99999999.99', 'it is 99999999.99'],
  'beyond-our-limits': ['an open order is larger than we accept', 'it is CANCELLED'],
  'open-for-long': [
    'an open order was placed longer ago than STALE_AFTER_MS',
    'it goes on, unless --cancel-before says otherwise; a PENDING one waits for an operator first',
  ],
  'cancelled-before': ['an order placed before --cancel-before was not picked up', 'it is CANCELLED'],
  // Deliveries
  'confirmed-without-delivery': ['a confirmed order has no assignment', 'its workflow asks for an agent'],
  'delivery-of-pending-order': ['an order has an assignment, but is PENDING', 'it is CONFIRMED'],
  'delivery-of-cancelled-order': [
    'a CANCELLED order has an open assignment',
    'the assignment is CANCELLED, its agent free',
  ],
  'delivered-though-cancelled': ['a CANCELLED order was delivered', 'it is CONFIRMED and delivered'],
  'cancelled-by-delivery': ['an assignment is CANCELLED, its order is not', 'the order is CANCELLED'],
  'two-open-deliveries': [
    'an agent has two open assignments',
    'the one picked up, else the oldest, stays; the other order waits for an agent',
  ],
  'unknown-agent': [
    'an assignment is of an unknown agent',
    'an open one waits for an agent; a delivered one is left out',
  ],
  'agent-busy': ['an agent is BUSY without an open assignment', 'the agent is AVAILABLE'],
  'agent-available': ['an agent is AVAILABLE with an open assignment', 'the agent is BUSY'],
  // Ratings
  'rating-not-counted': ['a rating never reached the order or the assignment', 'it is there now, and counted'],
  'rating-differs': ["an order's or assignment's rating is not the customer's", "it is the customer's"],
  'rating-only-counted': [
    "an order or assignment is rated, the customer's rating is missing",
    'it is kept and counted; the customer may rate',
  ],
  'rating-before-delivery': ['an order was rated before its delivery', 'the rating is kept and counted'],
  'rating-out-of-range': ['a rating is below 1 or above 5', 'it is the nearest of 1 and 5'],
  'rating-not-a-number': ['a rating is no number', 'it is left out'],
} as const;

export type OddityKind = keyof typeof oddities;

/** Takes down what is odd; `id` is that of the old row. */
export type Note = (kind: OddityKind, id: string) => void;

export interface Oddity {
  kind: OddityKind;
  what: string;
  done: string;
  count: number;
  ids: string[];
}

/** Each id counts once for a kind. */
export function createNotes(): { note: Note; all: () => Oddity[] } {
  const noted = new Map<OddityKind, Set<string>>();
  return {
    note(kind, id) {
      const ids = noted.get(kind) ?? new Set();
      noted.set(kind, ids.add(id));
    },
    all: () =>
      (Object.keys(oddities) as OddityKind[]).flatMap((kind) => {
        const ids = [...(noted.get(kind) ?? [])];
        const [what, done] = oddities[kind];
        return ids.length > 0 ? [{ kind, what, done, count: ids.length, ids }] : [];
      }),
  };
}
