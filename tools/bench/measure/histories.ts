import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { until } from '../../platform/until';
import { sum } from '../../measure/statistics';

const { HistoryEvent } = temporal.api.history.v1;
const { EventType } = temporal.api.enums.v1;

/** Averages over the histories of workflows that have ended or are about to. Throws when one is still running after 5 s. */
export async function readShape(client: Client, workflowIds: readonly string[]) {
  const histories = await Promise.all(workflowIds.map((id) => readHistory(client, id)));
  const byType: Record<string, { events: number; bytes: number }> = {};
  for (const event of histories.flat()) {
    const type = String(EventType[event.eventType ?? 0]).replace('EVENT_TYPE_', '');
    const { events, bytes } = (byType[type] ??= { events: 0, bytes: 0 });
    const size = HistoryEvent.encode(event).finish().length;
    byType[type] = { events: events + 1 / histories.length, bytes: bytes + size / histories.length };
  }
  const all = Object.values(byType);
  return {
    sampled: histories.length,
    events: sum(all.map(({ events }) => events)),
    /** Size of the events as protobuf. */
    bytes: sum(all.map(({ bytes }) => bytes)),
    workflowTasks: byType['WORKFLOW_TASK_COMPLETED']?.events ?? 0,
    byType,
  };
}

/** When the workflow received the signal, in milliseconds since 1970. Undefined when it did not. */
export async function signalTime(client: Client, workflowId: string, signal: string): Promise<number | undefined> {
  const events = await readHistory(client, workflowId);
  const event = events.find((each) => each.workflowExecutionSignaledEventAttributes?.signalName === signal);
  return event && Number(event.eventTime?.seconds) * 1_000 + (event.eventTime?.nanos ?? 0) / 1e6;
}

const closed = new Set([
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED,
]);
const timeoutMs = 5_000;

const readHistory = ({ workflow }: Client, id: string) =>
  until(
    `the end of workflow ${id}`,
    async () => {
      const { events } = await workflow.getHandle(id).fetchHistory();
      return events && closed.has(events.at(-1)?.eventType ?? 0) ? events : undefined;
    },
    timeoutMs,
  );
