import { createPlatform, urlsIn } from '../platform/platform';
import { readSystemVariables } from '../platform/variables';
import { printQueues } from './evidence/queues';
import { printRows, type ExpectedRows } from './evidence/rows';
import { printTimeline } from './evidence/timeline';
import { printWorkflows, type EndedWorkflow } from './evidence/workflows';
import { createOperator } from './operator';
import { createPeople, type Order } from './people';

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

/** Throws an Error that names each variable that is missing or wrong. */
export function createDemo(env: NodeJS.ProcessEnv) {
  const system = readSystemVariables(env, 'The demo needs a running system (npm run demo starts one)');
  const platform = createPlatform({ urlOf: urlsIn(system) });
  return {
    people: createPeople(platform),
    operator: createOperator(system),
    show: {
      timeline: (order: Order, last: string) => printTimeline(platform, order, last),
      rows: (order: Order, expected: ExpectedRows) => printRows(system, order, expected),
      queues: () => printQueues(system.RABBITMQ_MANAGEMENT_URL),
      workflows: (...workflows: EndedWorkflow[]) => printWorkflows(system, workflows),
    },
  };
}
