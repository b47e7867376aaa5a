import type { Scenario } from '../demo';
import { cancel } from './cancel';
import { delivered } from './delivered';
import { noAnswer } from './no-answer';
import { noCourier } from './no-courier';
import { refusal } from './refusal';
import { serviceDown } from './service-down';

/** By their names on the command line. */
export const scenarios = {
  delivered,
  refusal,
  'no-answer': noAnswer,
  'no-courier': noCourier,
  cancel,
  'service-down': serviceDown,
} satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof scenarios;
