import { Client, Connection, type WorkflowExecutionStatusName } from '@temporalio/client';
import { dataConverterOf } from '../../lib/temporal/payload-codec';
import type { Addresses } from './addresses';
import { until } from './http';
import { heading, paint, print, printTable, type Cell } from './screen';

/** How local activities stand in a history: as markers of this name. */
const localMarker = 'core_local_activity';

/** A workflow, and how it has to end. */
export interface Ended {
  workflowId: string;
  status: WorkflowExecutionStatusName;
}

/** The workflows' histories in brief, and where to see them whole. Waits for their ends. Returns the durable activities. */
export async function printHistory(addresses: Addresses, workflows: Ended[]): Promise<Durable[]> {
  const { TEMPORAL_UI_URL: ui, TEMPORAL_NAMESPACE: namespace } = addresses;
  const briefs = await withTemporal(addresses, (client) => Promise.all(workflows.map((each) => brief(client, each))));
  heading('The workflows', 'a durable activity says that a service was slow or away');
  printTable(
    ['workflow', 'status', 'events', 'updates', 'local activities', 'durable', 'took'],
    briefs.map(({ cells }) => cells),
  );
  if (ui) {
    print();
    print('  In the Web UI:');
    for (const { workflowId } of workflows)
      print(`    ${paint('underline', `${ui}/namespaces/${namespace}/workflows/${workflowId}`)}`);
  }
  return briefs.flatMap(({ durable }) => durable);
}

/** Runs with a client of its own. */
export async function withTemporal<T>(addresses: Addresses, use: (client: Client) => Promise<T>): Promise<T> {
  const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, TEMPORAL_PAYLOAD_KEYS: keys } = addresses;
  const connection = await Connection.connect({ address });
  try {
    return await use(new Client({ connection, namespace, dataConverter: dataConverterOf(keys) }));
  } finally {
    await connection.close();
  }
}

/** An activity that was called durably. */
export interface Durable {
  activity: string;
  attempts: number;
  /** Why the attempt before the last one failed. */
  failure: string | null;
}

async function brief(client: Client, { workflowId, status }: Ended): Promise<{ cells: Cell[]; durable: Durable[] }> {
  const handle = client.workflow.getHandle(workflowId);
  const description = await until(`the end of ${workflowId}`, async () => {
    const described = await handle.describe();
    return described.status.name === 'RUNNING' ? undefined : described;
  });
  const { startTime, closeTime } = description;
  if (description.status.name !== status) throw new Error(`${workflowId} ended ${description.status.name}`);
  const events = (await handle.fetchHistory()).events ?? [];
  const count = (pick: (event: (typeof events)[number]) => unknown) => events.filter(pick).length;
  const durable = events.flatMap(({ eventId, activityTaskScheduledEventAttributes: scheduled }): Durable[] => {
    if (!scheduled) return [];
    const started = events
      .map((event) => event.activityTaskStartedEventAttributes)
      .find((attributes) => attributes?.scheduledEventId?.toString() === eventId?.toString());
    const failure = started?.lastFailure?.message ?? null;
    return [{ activity: scheduled.activityType?.name ?? '', attempts: started?.attempt ?? 0, failure }];
  });
  const cells = [
    workflowId.replace(/(-[0-9a-f]{8})-.*/, '$1…'),
    status,
    events.length,
    count((event) => event.workflowExecutionUpdateCompletedEventAttributes),
    count((event) => event.markerRecordedEventAttributes?.markerName === localMarker),
    durable.length,
    `${(closeTime?.getTime() ?? 0) - startTime.getTime()} ms`,
  ];
  return { cells, durable };
}
