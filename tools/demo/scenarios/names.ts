interface Scenario {
  title: string;
  /** Shortened time limits, so that a scenario takes seconds. */
  environment: Record<string, string>;
}

export const scenarios = {
  delivered: { title: 'One order, from the menu to the rating', environment: {} },
  refusal: { title: 'The restaurant refuses an order', environment: {} },
  'no-answer': { title: 'The restaurant does not answer', environment: { DECISION_LIMIT_MS: '3000' } },
  'no-courier': { title: 'No courier is free', environment: { COURIER_LIMIT_MS: '5000' } },
  cancel: { title: 'Orders are cancelled: in time, too late, by an operator', environment: {} },
  'service-down': {
    title: 'The restaurant service is down while an order is placed',
    environment: { ATTEMPT_MS: '2000' },
  },
} as const satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof scenarios;
