import type { Attack } from '../attack';
import { oddPaths, othersOrders, tokens } from './access';
import { hugeOrders, nestedBodies, oversizeBodies } from './bodies';
import { idleConnections, slowReaders } from './connections';
import { browsing, longLists, menus, placements } from './load';
import { forgedMessages, hugeMessages } from './messages';
import { foreignSignals } from './signals';

/** In the order in which they are played. */
export const attacks: readonly Attack[] = [
  nestedBodies,
  oversizeBodies,
  hugeOrders,
  placements,
  longLists,
  menus,
  browsing,
  tokens,
  othersOrders,
  oddPaths,
  slowReaders,
  idleConnections,
  forgedMessages,
  hugeMessages,
  foreignSignals,
];
