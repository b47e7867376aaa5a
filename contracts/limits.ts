/** Limits of input. Plain values, because workflow code imports them. */
export const limits = {
  /** Keeps a total within DECIMAL(10,2) for all but the dearest items. */
  quantity: 10_000,
  /** The largest DECIMAL(10,2). */
  amount: 99_999_999.99,
  restaurantsPerOrder: 50,
  itemsPerRestaurant: 200,
  /** Of all restaurants together, in a placement by HTTP. Larger orders of old producers are adopted. */
  linesPerOrder: 200,
  /** Of a customer at a time. Operators and services may place more for them, and so may old producers. */
  openOrders: 20,
  menuItems: 500,
  /** Names and descriptions of a menu together. */
  menuBytes: 262_144,
  nameLength: 200,
  userNameLength: 100,
  descriptionLength: 2000,
  reasonLength: 500,
  pageSize: 100,
} as const;

/** Why a customer with so many open orders gets no other one. */
export const tooManyOpenOrders = (open: number): string =>
  `${open} orders of yours are open. Order again when one has been delivered or cancelled.`;
