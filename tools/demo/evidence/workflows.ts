import type { Client, WorkflowExecutionStatusName } from '@temporalio/client';
import { styleText } from 'node:util';
import { withTemporal } from '../../platform/connections';
import { until } from '../../platform/until';
import type { SystemVariables } from '../../platform/variables';
import { heading, print, printTable } from '../screen';

export type EndedWorkflow = [workflowId: string, status: WorkflowExecutionStatusName];

/** The workflows' histories in brief, with links to the Web UI. Waits until each has ended. Throws when one ends in another way. */
export async function printWorkflows(system: SystemVariables, workflows: EndedWorkflow[]): Promise<void> {
  const { TEMPORAL_UI_URL: ui, TEMPORAL_NAMESPACE: namespace } = system;
  const rows = await withTemporal(system, (client) => Promise.all(workflows.map((each) => summarize(client, each))));
  heading('The workflows', 'a regular activity means that a service was slow or down');
  printTable(rows);
  if (!ui) return;
  print('\n  In the Web UI:');
  for (const [id] of workflows) print(`    ${styleText('underline', `${ui}/namespaces/${namespace}/workflows/${id}`)}`);
}

async function summarize(client: Client, [workflowId, expected]: EndedWorkflow) {
  const handle = client.workflow.getHandle(workflowId);
  const { status, startTime, closeTime, historyLength } = await until(`${workflowId} ends`, async () => {
    const description = await handle.describe();
    return description.status.name !== 'RUNNING' && description;
  });
  if (status.name !== expected) throw new Error(`${workflowId} ended ${status.name}, not ${expected}`);
  const events = (await handle.fetchHistory()).events ?? [];
  const markers = events.map((event) => event.markerRecordedEventAttributes?.markerName);
  return {
    workflow: workflowId,
    status: expected,
    events: historyLength,
    updates: events.filter((event) => event.workflowExecutionUpdateCompletedEventAttributes).length,
    'local activities': markers.filter((name) => name === 'core_local_activity').length,
    'regular activities': events.filter((event) => event.activityTaskScheduledEventAttributes).length,
    took: `${(closeTime?.getTime() ?? 0) - startTime.getTime()} ms`,
  };
}
