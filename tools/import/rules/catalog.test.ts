import { createNotes } from '../oddities';
import { createCatalog } from './catalog';

const restaurant_id = '44444444-4444-4444-8444-444444444444';
const item = {
  name: 'Soup',
  description: null,
  price: 4.5,
  type: 'VEG',
  created_at: '2026-03-29 01:30:00',
  restaurant_id,
} as const;

test('a menu larger than we allow is brought over and noted', () => {
  const { note, all } = createNotes();
  const catalog = createCatalog();
  for (let i = 0; i < 500; i++) catalog.addMenuItem({ ...item, id: `item ${i}` }, note);
  const kinds = () => all().map(({ kind }) => kind);
  expect(kinds()).not.toContain('menu-too-large');
  catalog.addMenuItem({ ...item, id: 'one more' }, note);
  expect(kinds()).toContain('menu-too-large');
});

test('an unknown restaurant or item has one stand-in, returned once', () => {
  const { note } = createNotes();
  const catalog = createCatalog();
  for (let i = 0; i < 2; i++) {
    expect(catalog.restaurantName(restaurant_id, note)).toBe('Unknown restaurant');
    expect(catalog.menuItem(restaurant_id, restaurant_id, note)).toMatchObject({
      name: 'Unknown item',
      type: 'NON_VEG',
    });
  }
  expect(catalog.takeStandIns()).toMatchObject({
    restaurants: [{ status: 'OFFLINE' }],
    menuItems: [{ restaurant_id }],
  });
  expect(catalog.takeStandIns()).toEqual({ restaurants: [], menuItems: [] });
});
