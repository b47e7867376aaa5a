import { table } from '../cli/cli';
import type { Count, Report } from './import';

interface Summary extends Report {
  dryRun: boolean;
  seconds: number;
}

/** For programs: with all ids. */
export const reportJson = ({ dryRun, seconds, restaurants, menuItems, agents, orders, open, oddities }: Summary) => ({
  dry_run: dryRun,
  seconds,
  restaurants,
  menu_items: menuItems,
  agents,
  orders,
  open_orders: open,
  oddities,
});

/** For people: with a few ids of each kind. */
export function reportLines({
  dryRun,
  seconds,
  restaurants,
  menuItems,
  agents,
  orders,
  open,
  oddities,
}: Summary): string[] {
  const row = (what: string, count: Count) => [what, count.read, count.new, count.read - count.new];
  return [
    ...table([
      ['', 'READ', 'NEW', 'PRESENT'],
      row('restaurants', restaurants),
      row('menu items', menuItems),
      row('agents', agents),
      row('orders', orders),
    ]),
    '',
    ...oddities.flatMap(({ kind, what, done, count, ids }) => [
      `${count} ${kind}: ${what}; ${done}.`,
      `  ${ids.slice(0, shownIds).join(', ')}${count > shownIds ? ', … (--json has all)' : ''}`,
    ]),
    ...(oddities.length > 0 ? [''] : []),
    dryRun
      ? `Nothing was changed (${seconds} s). ${open} open orders would go on here.`
      : `Done in ${seconds} s. ${open} open orders go on here.`,
  ];
}

const shownIds = 3;
