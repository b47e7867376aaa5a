import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';

/** Of an average workflow. */
export interface HistoryShape {
  sampled: number;
  events: number;
  /** Those that were carried out. */
  workflowTasks: number;
  /** How many events of each kind. */
  byType: Record<string, number>;
}

const { EventType } = temporal.api.enums.v1;
type History = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>;

/** Looks at the histories of workflows that have ended, or are about to. Throws when one goes on. */
export async function shapeOf(client: Client, workflowIds: readonly string[]): Promise<HistoryShape> {
  const histories = await Promise.all(workflowIds.map((id) => historyOf(client, id)));
  const counts = new Map<string, number>();
  for (const { events } of histories)
    for (const { eventType } of events ?? []) {
      const type = String(EventType[eventType ?? 0]).replace('EVENT_TYPE_', '');
      counts.set(type, (counts.get(type) ?? 0) + 1);
    }
  const byType = Object.fromEntries([...counts].map(([type, count]) => [type, count / histories.length]));
  return {
    sampled: histories.length,
    events: Object.values(byType).reduce((sum, count) => sum + count, 0),
    workflowTasks: byType['WORKFLOW_TASK_COMPLETED'] ?? 0,
    byType,
  };
}

/** When the signal of each workflow that had one was written, in milliseconds since 1970. */
export async function signalTimes(
  client: Client,
  workflowIds: readonly string[],
  signal: string,
): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  const look = async (id: string): Promise<void> => {
    const { events } = await historyOf(client, id);
    const event = events?.find(
      ({ workflowExecutionSignaledEventAttributes }) => workflowExecutionSignaledEventAttributes?.signalName === signal,
    );
    const { seconds, nanos } = event?.eventTime ?? {};
    if (seconds !== null && seconds !== undefined) times.set(id, Number(seconds) * 1_000 + (nanos ?? 0) / 1e6);
  };
  await Promise.all(workflowIds.map(look));
  return times;
}

const closed = new Set([
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED,
]);
const tries = 50;
const pauseMs = 100;

async function historyOf({ workflow }: Client, id: string): Promise<History> {
  for (let i = 0; i < tries; i += 1) {
    const history = await workflow.getHandle(id).fetchHistory();
    if (closed.has(history.events?.at(-1)?.eventType ?? 0)) return history;
    await sleep(pauseMs);
  }
  throw new Error(`the workflow ${id} does not end`);
}
