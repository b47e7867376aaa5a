import { createPlatform, urlsIn } from '../platform/platform';
import { printQueues } from './evidence/queues';
import { printRows, type ExpectedRows } from './evidence/rows';
import { printTimeline } from './evidence/timeline';
import { printWorkflows, type EndedWorkflow } from './evidence/workflows';
import { createOperator } from './operator';
import { createPeople, type Order } from './people';
import type { Addresses } from './system';

export interface Scenario {
  title: string;
  /** Its system's shortened time limits, so that it takes seconds, and what they are by default. */
  environment?: Record<string, string>;
  usually?: string;
  /** Rejects when the system does not do what the scenario shows. */
  run: (demo: Demo) => Promise<void>;
}

/** What every scenario uses: the people, the operator, and the evidence of what happened. */
export type Demo = ReturnType<typeof createDemo>;

export function createDemo(addresses: Addresses) {
  const platform = createPlatform({ urlOf: urlsIn(addresses) });
  return {
    people: createPeople(platform),
    operator: createOperator(addresses),
    show: {
      timeline: (order: Order, last: string) => printTimeline(platform, order, last),
      rows: (order: Order, expected: ExpectedRows) => printRows(addresses, order, expected),
      queues: () => printQueues(addresses.RABBITMQ_MANAGEMENT_URL),
      workflows: (...workflows: EndedWorkflow[]) => printWorkflows(addresses, workflows),
    },
  };
}
