import type { Client, WorkflowExecutionStatusName } from '@temporalio/client';
import { until } from '../../platform/until';
import { heading, paint, print, printTable, type Cell } from '../screen';
import { withTemporal, type Addresses } from '../system';

export type EndedWorkflow = [workflowId: string, status: WorkflowExecutionStatusName];

/** The workflows' histories in brief, with links to the Web UI. Waits until each has ended. Throws when one ends in another way. */
export async function printWorkflows(addresses: Addresses, workflows: EndedWorkflow[]): Promise<void> {
  const { TEMPORAL_UI_URL: ui, TEMPORAL_NAMESPACE: namespace } = addresses;
  const rows = await withTemporal(addresses, (client) => Promise.all(workflows.map((each) => brief(client, each))));
  heading('The workflows', 'a regular activity means that a service was slow or down');
  printTable(['workflow', 'status', 'events', 'updates', 'local activities', 'regular activities', 'took'], rows);
  if (!ui) return;
  print('\n  In the Web UI:');
  for (const [id] of workflows) print(`    ${paint('underline', `${ui}/namespaces/${namespace}/workflows/${id}`)}`);
}

async function brief(client: Client, [workflowId, expected]: EndedWorkflow): Promise<Cell[]> {
  const handle = client.workflow.getHandle(workflowId);
  const { status, startTime, closeTime } = await until(`${workflowId} ends`, async () => {
    const description = await handle.describe();
    return description.status.name !== 'RUNNING' && description;
  });
  if (status.name !== expected) throw new Error(`${workflowId} ended ${status.name}, not ${expected}`);
  const { events } = await handle.fetchHistory();
  const count = (is: (event: NonNullable<typeof events>[number]) => unknown) => (events ?? []).filter(is).length;
  return [
    workflowId.replace(/(-[0-9a-f]{8})-.*/, '$1…'),
    expected,
    count(() => true),
    count((event) => event.workflowExecutionUpdateCompletedEventAttributes),
    count((event) => event.markerRecordedEventAttributes?.markerName === 'core_local_activity'),
    count((event) => event.activityTaskScheduledEventAttributes),
    `${(closeTime?.getTime() ?? 0) - startTime.getTime()} ms`,
  ];
}
