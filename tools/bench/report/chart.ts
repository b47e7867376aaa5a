import { concurrencies } from '../settings';
import { bar, panel, svg, text } from './svg';
import type { Report } from './report';

const width = 920;
const panelHeight = 300;
const orderColour = '#2563eb';
const bareColour = '#94a3b8';

/** Rates, placements and processor time as an SVG image. */
export function chartOf(report: Report): string {
  return svg(width, panelHeight * 3 + 20, [
    panel(0, 'Whole orders/s beside the bare workflow (ratio above)', ratePanel(report)),
    panel(panelHeight, 'Placement in ms, 1 at a time: p50, p95, p99', placementPanel(report)),
    panel(panelHeight * 2, 'Processor time of an order in ms, 50 at a time, by process', cpuPanel(report)),
    report.conditions.provisional ? text(width - 10, 16, 'provisional: the machine was not quiet', 'end') : '',
  ]);
}

interface Bar {
  label: string;
  value: number;
  colour: string;
  note?: string;
}

const ratePanel = ({ orders, bare }: Report): string =>
  bars(
    concurrencies.flatMap((n): Bar[] => [
      {
        label: `${n} orders`,
        value: orders[n].perSecond,
        colour: orderColour,
        note: `x ${(orders[n].perSecond / bare[n].perSecond).toFixed(2)}`,
      },
      { label: `${n} bare`, value: bare[n].perSecond, colour: bareColour },
    ]),
  );

const placementPanel = ({ orders, bare }: Report): string =>
  bars(
    (['p50', 'p95', 'p99'] as const).flatMap((p): Bar[] => [
      { label: `${p} order`, value: orders[1].latency['place']?.[p] ?? 0, colour: orderColour },
      { label: `${p} bare`, value: bare[1].latency['place']?.[p] ?? 0, colour: bareColour },
    ]),
  );

function cpuPanel({ orders }: Report): string {
  const used = Object.entries(orders[50].cpuMsEach ?? {}).filter(([, ms]) => ms >= 0.05);
  return bars(used.map(([name, value]) => ({ label: name, value, colour: orderColour })));
}

const plotHeight = 200;
const plotTop = 50;

function bars(all: readonly Bar[]): string {
  const highest = Math.max(...all.map(({ value }) => value), 1);
  const slot = (width - 40) / Math.max(all.length, 1);
  return all
    .map(({ label, value, colour, note }, i) => {
      const height = (plotHeight * value) / highest;
      const x = 20 + i * slot;
      const middle = x + slot / 2;
      const y = plotTop + plotHeight - height;
      const title = `${value.toFixed(1)}${note ? ` (${note})` : ''}`;
      return [
        bar({ x: x + slot * 0.1, y, width: slot * 0.8, height, colour }),
        text(middle, y - 5, title, 'middle'),
        text(middle, plotTop + plotHeight + 16, label, 'middle'),
      ].join('');
    })
    .join('');
}
