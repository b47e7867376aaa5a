import { sum } from '../measure/statistics';
import type { SoakSample } from '../soak';
import type { Measured } from './measured';

/** What `--json` prints. */
export interface Report extends Measured {
  cpu: CpuSummary | null;
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

/** Milliseconds of processor time, 50 at a time. */
export interface CpuSummary {
  /** The three APIs and the three workers, per order. */
  services: number;
  /** Worker and client of a bare workflow: the least that the SDK needs. An order asks more of it. */
  bare: number;
}

export function reportOf(measured: Measured): Report {
  const cpu = summarizeCpu(measured);
  return { ...measured, cpu, targets: judge(measured, cpu) };
}

const isService = (process: string): boolean => /^(api|worker)-/.test(process);

function summarizeCpu({ orders, baseline }: Measured): CpuSummary | null {
  const order = orders[50].cpuMsEach;
  const bare = baseline[50].cpuMsEach;
  if (!order || !bare) return null;
  const services = Object.entries(order).flatMap(([name, ms]) => (isService(name) ? ms : []));
  // The driver is the client of the bare workflow.
  return { services: sum(services), bare: (bare['baseline-worker'] ?? 0) + (bare.driver ?? 0) };
}

/** The performance targets, and whether this run meets them. */
function judge(measured: Measured, cpu: CpuSummary | null): Target[] {
  const { orders, baseline, openLoop, handover, histories, browsing, soak } = measured;
  const place = { order: orders[1].latency.place, bare: baseline[1].latency.place, open: openLoop.latency.place };
  const growth = soak ? growthOf(soak) : null;
  const rate = orders[50].perSecond / baseline[50].perSecond;
  const expressRate = browsing.bareExpress.perSecond / browsing.cached.perSecond;
  const limits: [name: string, operator: '>=' | '<=', limit: number, value: number | undefined][] = [
    ['orders/s, 50 at a time, ratio to the bare workflow', '>=', 0.55, rate],
    ['placement p50, 1 at a time, ratio to the bare workflow', '<=', 1.6, ratio(place.order?.p50, place.bare?.p50)],
    [
      'processor time of the six processes, ratio to the bare worker and client',
      '<=',
      1.8,
      ratio(cpu?.services, cpu?.bare),
    ],
    ['history events', '<=', 27, histories.order.events],
    ['history bytes', '<=', 6_000, histories.order.bytes],
    ['placement p99 at half the maximum rate, ratio to its p50', '<=', 4, ratio(place.open?.p99, place.open?.p50)],
    ['agent freed -> next order notified, p50 in ms', '<=', 60, handover.notified?.p50],
    ['GET /restaurants cached, bare Express 5 times as fast', '<=', 2, expressRate],
    ['soak: memory growth of any process but Temporal, ratio', '<=', 1.1, growth?.memory],
    ['soak: placement p50, ratio of the last tenth to the first', '<=', 1.15, growth?.placeP50],
  ];
  return limits.map(([name, operator, limit, measuredValue]) => {
    const value = measuredValue !== undefined && Number.isFinite(measuredValue) ? measuredValue : null;
    const met = value === null ? null : operator === '>=' ? value >= limit : value <= limit;
    return { name, target: `${operator} ${limit}`, value, met };
  });
}

const ratio = (value: number | undefined, base: number | undefined): number | undefined =>
  value === undefined || base === undefined ? undefined : value / base;

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
