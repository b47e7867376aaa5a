import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { sum } from './statistics';

/** Averages over the sampled workflows. */
export interface HistoryShape {
  sampled: number;
  events: number;
  /** Size of the events as protobuf. */
  bytes: number;
  /** Completed ones. */
  workflowTasks: number;
  byType: Record<string, { events: number; bytes: number }>;
}

const { HistoryEvent } = temporal.api.history.v1;
const { EventType } = temporal.api.enums.v1;
type Event = temporal.api.history.v1.IHistoryEvent;

/** Reads histories of workflows that have ended or are about to. Throws when one is still running after 5 s. */
export async function readShape(client: Client, workflowIds: readonly string[]): Promise<HistoryShape> {
  const histories = await Promise.all(workflowIds.map((id) => readHistory(client, id)));
  const byType: HistoryShape['byType'] = {};
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
    bytes: sum(all.map(({ bytes }) => bytes)),
    workflowTasks: byType.WORKFLOW_TASK_COMPLETED?.events ?? 0,
    byType,
  };
}

/** When each workflow received the signal, in milliseconds since 1970. Leaves out workflows that did not. */
export async function signalTimes(
  client: Client,
  workflowIds: readonly string[],
  signal: string,
): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  for (const id of workflowIds) {
    const events = await readHistory(client, id);
    const event = events.find((each) => each.workflowExecutionSignaledEventAttributes?.signalName === signal);
    if (event) times.set(id, Number(event.eventTime?.seconds) * 1_000 + (event.eventTime?.nanos ?? 0) / 1e6);
  }
  return times;
}

const closed = new Set([
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED,
]);
const attempts = 50;
const pollMs = 100;

async function readHistory({ workflow }: Client, id: string): Promise<Event[]> {
  for (let i = 0; i < attempts; i += 1) {
    const { events } = await workflow.getHandle(id).fetchHistory();
    if (events && closed.has(events.at(-1)?.eventType ?? 0)) return events;
    await sleep(pollMs);
  }
  throw new Error(`the workflow ${id} does not end`);
}
