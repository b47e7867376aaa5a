import type { Offer, OfferedItem } from '../../prisma/restaurant/placement';
import { priceOrder } from './price-order';

const anItem = (price: string, name = 'Dish'): OfferedItem => ({ name, type: 'VEG', price });

const anOffer = (override: Partial<Offer> = {}): Offer => ({
  id: 'r1',
  name: 'Spice Garden',
  online: true,
  open: true,
  items: { soup: anItem('4.50'), stew: anItem('12.00') },
  ...override,
});

const ask = (restaurant_id: string, quantities: Record<string, number>) => ({
  restaurant_id,
  items: Object.entries(quantities).map(([menu_item_id, quantity]) => ({ menu_item_id, quantity })),
});

describe('what is on offer', () => {
  it('is priced exactly, restaurant by restaurant', () => {
    const offers = [anOffer(), anOffer({ id: 'r2', name: 'Tea House', items: { tea: anItem('0.10', 'Tea') } })];
    expect(priceOrder([ask('r1', { soup: 2, stew: 1 }), ask('r2', { tea: 3 })], offers, '12:00')).toEqual({
      outcome: 'priced',
      order: {
        total: '21.30',
        restaurants: [
          {
            restaurant_id: 'r1',
            name: 'Spice Garden',
            total: '21.00',
            items: [
              { menu_item_id: 'soup', quantity: 2, ...anItem('4.50') },
              { menu_item_id: 'stew', quantity: 1, ...anItem('12.00') },
            ],
          },
          {
            restaurant_id: 'r2',
            name: 'Tea House',
            total: '0.30',
            items: [{ menu_item_id: 'tea', quantity: 3, ...anItem('0.10', 'Tea') }],
          },
        ],
      },
    });
  });

  it.each([
    ['0.00', 1, '0.00'],
    ['0.01', 5, '0.05'],
    ['99999999.99', 1, '99999999.99'],
    ['9999.99', 10_000, '99999900.00'],
  ])('of price %s, %i times, costs %s', (price, quantity, total) => {
    const offer = anOffer({ items: { soup: anItem(price) } });
    expect(priceOrder([ask('r1', { soup: quantity })], [offer], '12:00')).toMatchObject({
      outcome: 'priced',
      order: { total },
    });
  });

  it('is rejected when its total exceeds the maximum', () => {
    const offer = anOffer({ items: { soup: anItem('50000000.00') } });
    const pricing = priceOrder([ask('r1', { soup: 2 })], [offer], '12:00');
    expect(pricing).toEqual({ outcome: 'rejected', reason: expect.stringContaining('100000000.00') as string });
  });
});

describe('what is not on offer', () => {
  it.each<[string, Offer[], string]>([
    ['an unknown restaurant', [], 'restaurant r1 does not exist'],
    ['an offline restaurant', [anOffer({ online: false })], 'restaurant "Spice Garden" (r1) is offline'],
    ['a closed restaurant', [anOffer({ open: false })], 'restaurant "Spice Garden" (r1) is closed at 03:10 UTC'],
    ['an unknown item', [anOffer({ items: {} })], 'restaurant "Spice Garden" (r1) has no menu item soup'],
  ])('because of %s is rejected by name', (_what, offers, problem) => {
    expect(priceOrder([ask('r1', { soup: 1 })], offers, '03:10')).toEqual({
      outcome: 'rejected',
      reason: `Not available: ${problem}`,
    });
  });

  it('is named in full where there is little of it, and counted where there is much', () => {
    const many = Object.fromEntries(Array.from({ length: 13 }, (_, i) => [`item-${i}`, 1]));
    const pricing = priceOrder([ask('r1', many)], [anOffer()], '12:00');
    expect(pricing.outcome === 'rejected' && pricing.reason).toMatch(/menu item item-9; and 3 more$/);
  });
});
