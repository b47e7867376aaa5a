/** A scenario of the demo, for whoever starts its system. */
interface Scenario {
  title: string;
  /** What its system has set otherwise than usual: nobody watches a demo for a quarter of an hour. */
  environment: Record<string, string>;
}

export const scenarios = {
  delivered: { title: 'One order, from the menu to the rating', environment: {} },
  refusal: { title: 'The restaurant refuses an order', environment: {} },
  'no-answer': { title: 'Nobody decides on an order', environment: { DECISION_LIMIT_MS: '3000' } },
  'no-courier': { title: 'No courier is free', environment: { COURIER_LIMIT_MS: '5000' } },
  cancel: { title: 'Orders are cancelled: in time, too late, by an operator', environment: {} },
  'service-down': {
    title: 'The restaurant service is down while an order is placed',
    environment: { ATTEMPT_MS: '2000' },
  },
} as const satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof scenarios;
