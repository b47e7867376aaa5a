import { Client, Connection } from '@temporalio/client';
import { orderWorkflowId, ratingWorkflowId } from '../../contracts/names';
import type { Addresses } from './addresses';
import { until } from './http';
import { heading, paint, print, printTable } from './screen';
import type { WalkedOrder } from './walk';

/** How local activities stand in a history: as markers of this name. */
const localMarker = 'core_local_activity';

/** The two workflows' histories in brief, and where to see them whole. */
export async function printHistory(addresses: Addresses, { orderId }: WalkedOrder): Promise<void> {
  const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, TEMPORAL_UI_URL: ui } = addresses;
  const connection = await Connection.connect({ address });
  try {
    const client = new Client({ connection, namespace });
    const workflows = [orderWorkflowId(orderId), ratingWorkflowId(orderId)];
    const briefs = await Promise.all(workflows.map((workflowId) => brief(client, workflowId)));
    heading('The workflows', 'a durable activity would say that a service was slow or away');
    printTable(['workflow', 'status', 'events', 'updates', 'local activities', 'durable', 'took'], briefs);
  } finally {
    await connection.close();
  }
  if (!ui) return;
  print();
  print(
    `  The order in the Web UI: ${paint('underline', `${ui}/namespaces/${namespace}/workflows/${orderWorkflowId(orderId)}`)}`,
  );
}

async function brief(client: Client, workflowId: string) {
  const handle = client.workflow.getHandle(workflowId);
  const { status, startTime, closeTime } = await until(`the end of ${workflowId}`, async () => {
    const description = await handle.describe();
    return description.status.name === 'RUNNING' ? undefined : description;
  });
  if (status.name !== 'COMPLETED') throw new Error(`${workflowId} ended ${status.name}`);
  const { events } = await handle.fetchHistory();
  const count = (pick: (event: NonNullable<typeof events>[number]) => unknown) => (events ?? []).filter(pick).length;
  return [
    workflowId.replace(/(-[0-9a-f]{8})-.*/, '$1…'),
    status.name,
    count(() => true),
    count((event) => event.workflowExecutionUpdateCompletedEventAttributes),
    count((event) => event.markerRecordedEventAttributes?.markerName === localMarker),
    count((event) => event.activityTaskScheduledEventAttributes),
    `${(closeTime?.getTime() ?? 0) - startTime.getTime()} ms`,
  ];
}
