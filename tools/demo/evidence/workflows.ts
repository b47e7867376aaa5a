import type { Client, WorkflowExecutionStatusName } from '@temporalio/client';
import { until } from '../../platform/until';
import { heading, paint, print, printTable, type Cell } from '../screen';
import { withTemporal, type Addresses } from '../system';

/** Local activities are markers of this name in a history. */
const localActivityMarker = 'core_local_activity';

/** An activity that the history holds by itself. */
export interface RegularActivity {
  activity: string;
  attempts: number;
  /** Of the attempt before the last one. */
  failure: string | null;
}

/** The workflows' histories in brief, with links to the Web UI. Waits until each has ended, and throws when one ends in another way. */
export async function printWorkflows(
  addresses: Addresses,
  workflows: [workflowId: string, status: WorkflowExecutionStatusName][],
): Promise<RegularActivity[]> {
  const { TEMPORAL_UI_URL: ui, TEMPORAL_NAMESPACE: namespace } = addresses;
  const briefs = await withTemporal(addresses, (client) =>
    Promise.all(workflows.map(([workflowId, status]) => brief(client, workflowId, status))),
  );
  heading('The workflows', 'a regular activity means that a service was slow or down');
  printTable(
    ['workflow', 'status', 'events', 'updates', 'local activities', 'regular activities', 'took'],
    briefs.map(({ cells }) => cells),
  );
  if (ui) {
    print('\n  In the Web UI:');
    for (const [id] of workflows) print(`    ${paint('underline', `${ui}/namespaces/${namespace}/workflows/${id}`)}`);
  }
  return briefs.flatMap(({ activities }) => activities);
}

async function brief(client: Client, workflowId: string, status: WorkflowExecutionStatusName) {
  const handle = client.workflow.getHandle(workflowId);
  const ended = async () => {
    const description = await handle.describe();
    return description.status.name !== 'RUNNING' && description;
  };
  const { startTime, closeTime, status: reached } = await until(`${workflowId} ends`, ended);
  if (reached.name !== status) throw new Error(`${workflowId} ended ${reached.name}, not ${status}`);
  const { events } = await handle.fetchHistory();
  const all = events ?? [];
  const activities = all.flatMap(({ eventId, activityTaskScheduledEventAttributes: scheduled }): RegularActivity[] => {
    if (!scheduled) return [];
    const started = all
      .map((event) => event.activityTaskStartedEventAttributes)
      .find((attributes) => attributes?.scheduledEventId?.toString() === eventId?.toString());
    const failure = started?.lastFailure?.message ?? null;
    return [{ activity: scheduled.activityType?.name ?? '', attempts: started?.attempt ?? 0, failure }];
  });
  const cells: Cell[] = [
    workflowId.replace(/(-[0-9a-f]{8})-.*/, '$1…'),
    status,
    all.length,
    all.filter((event) => event.workflowExecutionUpdateCompletedEventAttributes).length,
    all.filter((event) => event.markerRecordedEventAttributes?.markerName === localActivityMarker).length,
    activities.length,
    `${(closeTime?.getTime() ?? 0) - startTime.getTime()} ms`,
  ];
  return { cells, activities };
}
