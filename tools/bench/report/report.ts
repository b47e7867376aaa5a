import { sum } from '../measure/statistics';
import type { SoakSample } from '../soak';
import type { Measured } from './measured';

/** What `--json` prints. */
export interface Report extends Measured {
  split: CpuSplit | null;
  targets: Target[];
}

export interface Target {
  name: string;
  /** As printed. */
  target: string;
  /** Null: not measured in this run. */
  value: number | null;
  met: boolean | null;
}

/** Milliseconds of processor time per order, 50 at a time. */
export interface CpuSplit {
  temporal: number;
  /** The three APIs and the three workers. */
  services: number;
  /** The bare workflow's worker and client: the least that the SDK needs. An order asks more of it than the bare workflow does. */
  sdk: number;
  /** All but Temporal's server and `sdk`: services, databases, broker, cache. */
  own: number;
}

export function reportOf(measured: Measured): Report {
  const split = splitOf(measured);
  return { ...measured, split, targets: judge(measured, split) };
}

/** They drive the load, and are not part of an order. */
const drivers = new Set(['driver', 'launcher', 'baseline-worker']);
const isService = (process: string): boolean => /^(api|worker)-/.test(process);

function splitOf({ orders, baseline }: Measured): CpuSplit | null {
  const order = orders[50].cpuMsEach;
  const bare = baseline[50].cpuMsEach;
  if (!order || !bare) return null;
  const total = (isIncluded: (name: string) => boolean) =>
    sum(Object.entries(order).flatMap(([name, ms]) => (isIncluded(name) ? ms : [])));
  const temporal = order.temporal ?? 0;
  const sdk = (bare['baseline-worker'] ?? 0) + (bare.driver ?? 0);
  const own = total((name) => !drivers.has(name)) - temporal - sdk;
  return { temporal, services: total(isService), sdk, own };
}

/** The performance targets, and whether this run meets them. */
function judge(measured: Measured, split: CpuSplit | null): Target[] {
  const { orders, baseline, openLoop, handover, histories, browsing, soak } = measured;
  const place = {
    order: orders[1].latency.place?.p50,
    bare: baseline[1].latency.place?.p50,
    open: openLoop.latency.place,
  };
  const grown = soak ? growthOf(soak) : null;
  return [
    atLeast('orders/s, 50 at a time, ratio to the bare workflow', orders[50].perSecond / baseline[50].perSecond, 0.55),
    atMost('placement p50, 1 at a time, ratio to the bare workflow', ratio(place.order, place.bare), 1.6),
    atMost(
      'processor time of the six processes, ratio to the bare worker and client',
      ratio(split?.services, split?.sdk),
      1.8,
    ),
    atMost('history events', histories.order.events, 27),
    atMost('history bytes', histories.order.bytes, 6_000),
    atMost('placement p99 at half the saturation rate, ratio to its p50', ratio(place.open?.p99, place.open?.p50), 4),
    atMost('agent freed -> next order notified, p50 in ms', handover.notified?.p50, 60),
    atMost(
      'GET /restaurants cached, bare Express 5 times as fast',
      browsing.bareExpress.perSecond / browsing.cached.perSecond,
      2,
    ),
    atMost('soak: memory growth of any process but Temporal, ratio', grown?.memory, 1.1),
    atMost('soak: placement p50, ratio of the last tenth to the first', grown?.placeP50, 1.15),
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

/** By this sample caches, heaps and pools have reached their size. */
const settledSample = 2;

/** Memory grows on purpose in Temporal, which keeps every history; the driver is not part of the system. */
function growthOf(samples: readonly SoakSample[]): { memory: number | undefined; placeP50: number | undefined } {
  const [first, settled, last] = [samples[0], samples[settledSample], samples.at(-1)];
  const isOwn = (name: string) => isService(name) || ['postgres', 'rabbitmq', 'redis'].includes(name);
  const grown = Object.entries(last?.memoryMb ?? {}).flatMap(([name, mb]) => {
    const before = settled?.memoryMb?.[name];
    return before === undefined || !isOwn(name) ? [] : mb / before;
  });
  return {
    memory: grown.length > 0 ? Math.max(...grown) : undefined,
    placeP50: ratio(last?.placeP50, first?.placeP50),
  };
}
