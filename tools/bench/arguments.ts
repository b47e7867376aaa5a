import { parseArgs } from 'node:util';
import type { Wishes } from './settings';

export interface Arguments extends Wishes {
  /** The report for programs, instead of the table. */
  json: boolean;
  /** Where the files go. */
  out: string;
}

/** The arguments of `npm run bench`, which has checked them. Throws for one that is unknown. */
export function readArguments(args: string[]): Arguments {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      growth: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      soak: { type: 'string', default: '0' },
      scale: { type: 'string', default: '1' },
      out: { type: 'string', default: '.' },
    },
  });
  const { quick, json, growth, rounds, soak, scale, out } = values;
  return {
    quick,
    json,
    growth,
    rounds: rounds === undefined ? undefined : Number(rounds),
    soakOrders: Number(soak),
    scale: Number(scale),
    out,
  };
}
