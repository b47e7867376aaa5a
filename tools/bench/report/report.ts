import { sum } from '../measure/statistics';
import type { Measured } from '../run';

/** What `--json` prints. */
export type Report = ReturnType<typeof reportOf>;

export function reportOf(measured: Measured) {
  const cpu = summarizeCpu(measured);
  return { ...measured, cpu, targets: judge(measured, cpu) };
}

const isService = (process: string): boolean => /^(api|worker)-/.test(process);

/** Milliseconds of processor time, 50 at a time. Null without /proc. */
function summarizeCpu({ orders, baseline }: Measured) {
  const order = orders[50].cpuMsEach;
  const bare = baseline[50].cpuMsEach;
  if (!order || !bare) return null;
  return {
    /** The three APIs and the three workers, per order. */
    services: sum(Object.entries(order).flatMap(([name, ms]) => (isService(name) ? ms : []))),
    /** Worker and client (the driver) of a bare workflow: the least that the SDK needs. An order asks more of it. */
    bare: (bare['baseline-worker'] ?? 0) + (bare['driver'] ?? 0),
  };
}

/** The performance targets, and whether this run meets them. The value is null if it was not measured. */
function judge(measured: Measured, cpu: ReturnType<typeof summarizeCpu>) {
  const { orders, baseline, openLoop, handover, histories, browsing, soak } = measured;
  const [place, barePlace, openPlace] = [orders[1], baseline[1], openLoop].map(({ latency }) => latency['place']);
  const { bareExpress, cached } = browsing;
  const [first, last] = [soak?.[0], soak?.at(-1)];
  const processes = 'processor time of the six processes, ratio to the bare worker and client';
  const limits: [name: string, operator: '>=' | '<=', limit: number, value: number | undefined][] = [
    ['orders/s, 50 at a time, ratio to the bare workflow', '>=', 0.55, orders[50].perSecond / baseline[50].perSecond],
    ['placement p50, 1 at a time, ratio to the bare workflow', '<=', 1.6, ratio(place?.p50, barePlace?.p50)],
    [processes, '<=', 1.8, ratio(cpu?.services, cpu?.bare)],
    ['history events', '<=', 27, histories.order.events],
    ['history bytes', '<=', 6_000, histories.order.bytes],
    ['placement p99 at half the maximum rate, ratio to its p50', '<=', 4, ratio(openPlace?.p99, openPlace?.p50)],
    ['agent freed -> next order notified, p50 in ms', '<=', 60, handover.notified?.p50],
    ['GET /restaurants cached, bare Express 5 times as fast', '<=', 2, ratio(bareExpress.perSecond, cached.perSecond)],
    ['soak: memory growth of any process but Temporal, ratio', '<=', 1.1, memoryGrowth(soak)],
    ['soak: placement p50, ratio of the last tenth to the first', '<=', 1.15, ratio(last?.placeP50, first?.placeP50)],
  ];
  return limits.map(([name, operator, limit, measuredValue = NaN]) => {
    const value = Number.isFinite(measuredValue) ? measuredValue : null;
    const met = value === null ? null : operator === '>=' ? value >= limit : value <= limit;
    return { name, target: `${operator} ${limit}`, value, met };
  });
}

/** NaN when either is unknown. */
const ratio = (value = NaN, base = NaN): number => value / base;

/** By this sample caches, heaps and pools have reached their size. */
const settledSample = 2;

/** The largest ratio. Memory grows on purpose in Temporal, which keeps every history; the driver is not part of the system. */
function memoryGrowth(samples: Measured['soak']): number {
  const [settled, last] = [samples?.[settledSample], samples?.at(-1)];
  const isOwn = (name: string) => isService(name) || ['postgres', 'rabbitmq', 'redis'].includes(name);
  const own = Object.entries(last?.memoryMb ?? {}).filter(([name]) => isOwn(name));
  return Math.max(...own.map(([name, mb]) => mb / (settled?.memoryMb?.[name] ?? NaN)));
}
