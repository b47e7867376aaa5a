import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { workflowLogFields } from '../../contracts/log-fields';
import { withLogFields } from '../../lib/logging/context';

/** Every line that is logged while an activity is under way bears its workflow. */
export const activityLog: ActivityInterceptorsFactory = ({ info }) => ({
  inbound: {
    execute: (input, next) => {
      const { activityType: activity_type, workflowExecution } = info;
      const { workflowId = '' } = workflowExecution ?? {};
      return withLogFields({ ...workflowLogFields(workflowId), activity_type }, () => next(input));
    },
  },
});
