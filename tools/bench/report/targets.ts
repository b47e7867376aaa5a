import type { SoakSample } from '../soak';
import type { CpuSplit, Measured } from './measured';

export interface Target {
  name: string;
  /** As it is printed. */
  target: string;
  /** Null: not measured in this run. */
  value: number | null;
  met: boolean | null;
}

/** What the system is to reach, and whether it has. */
export function judge(measured: Measured, split: CpuSplit | null): Target[] {
  const { orders, bare, openLoop, handover, browsing, soak } = measured;
  const place = { one: orders[1].latency['place']?.p50, bare: bare[1].latency['place']?.p50 };
  const open = openLoop.latency['place'];
  const growth = soak && growthOf(soak);
  return [
    atLeast('whole orders/s, 50 at a time, ratio to the bare workflow', orders[50].perSecond / bare[50].perSecond, 0.7),
    atLeast('whole orders/s, 50 at a time', orders[50].perSecond, 27),
    atMost('placement p50, 1 at a time, ratio to the bare workflow', ratio(place.one, place.bare), 1.6),
    atMost('placement p99 at half the saturation rate, ratio to its p50', ratio(open?.p99, open?.p50), 4),
    atMost('agent freed -> next order told, p50 in ms', handover.orderTold?.p50, 60),
    atMost(
      'GET /restaurants cached, bare Express 5 in times as fast',
      ratio(browsing.bareExpress.perSecond, browsing.cached.perSecond),
      2,
    ),
    atMost("processor time per order outside Temporal's server and SDK, in ms", split?.own, 12),
    atMost('memory after all orders, largest growth of a process but Temporal, in times', growth?.memory, 1.1),
    atMost('placement p50 after all orders, in times of the first tenth', growth?.placeP50, 1.15),
  ];
}

const ratio = (value: number | undefined, base: number | undefined): number | undefined =>
  value === undefined || base === undefined ? undefined : value / base;

const atLeast = (name: string, value: number | undefined, target: number): Target =>
  targetOf(name, `>= ${target}`, value, (measured) => measured >= target);

const atMost = (name: string, value: number | undefined, target: number): Target =>
  targetOf(name, `<= ${target}`, value, (measured) => measured <= target);

function targetOf(
  name: string,
  target: string,
  value: number | undefined,
  isMet: (measured: number) => boolean,
): Target {
  const measured = value !== undefined && Number.isFinite(value) ? value : null;
  return { name, target, value: measured, met: measured === null ? null : isMet(measured) };
}

/** By so many samples caches are full, heaps and pools as large as they get. */
const settledAfter = 2;

/** From when all has settled to the end. Temporal keeps every history on purpose, the driver is no part of the system. */
function growthOf(samples: readonly SoakSample[]): { memory: number | undefined; placeP50: number | undefined } {
  const [first, settled, last] = [samples[0], samples[settledAfter], samples.at(-1)];
  const grown = Object.entries(last?.memoryMb ?? {}).flatMap(([name, mb]) => {
    const before = settled?.memoryMb?.[name];
    return before === undefined || !isOwn(name) ? [] : mb / before;
  });
  return {
    memory: grown.length > 0 ? Math.max(...grown) : undefined,
    placeP50: ratio(last?.placeP50, first?.placeP50),
  };
}

const isOwn = (name: string): boolean => /^(api|worker)-|^(postgres|rabbitmq|redis)$/.test(name);
