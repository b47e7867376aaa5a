import { log as workerLog, setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { SearchAttributeUpdatePair } from '@temporalio/common';
import type { LogEntry } from '../../contracts/order-log';
import type { OrderInput, OrderProgress, OrderView, TimelineEntry } from '../../contracts/workflow';
import type { OrderEvent } from './events';
import { evolve } from './evolve';
import { createOrderMetrics } from './metrics';
import { logOf } from './log';
import { currentDetails, logLines, progressOf, searchable, timelineText, viewOf } from './projections';
import { initialState, type OrderState } from './state';

/** An order's events, its state, and what is shown of it. */
export interface Story {
  readonly state: OrderState;
  /** Appends events: the only way to change the state. Timeline, log and metrics follow at once. */
  emit(...events: OrderEvent[]): void;
  /** Publishes search attributes and details, with at most one upsert. Call it once before each wait. */
  show(): void;
  view(): OrderView;
  /** The customer's record with the order's log so far, as they will be after these events. */
  progress(...ahead: readonly OrderEvent[]): OrderProgress;
}

/** A longer timeline loses lines in its middle: signals from outside can repeat without end. */
const maxTimeline = 200;

/** @param changed Is called after each change of the state. */
export function beginStory(input: OrderInput, changed: () => void): Story {
  let state = initialState(input);
  const timeline: TimelineEntry[] = [];
  const log: LogEntry[] = [];
  const count = createOrderMetrics(input.stage ? undefined : state);
  // The first status is set at the start (`orderStart`), so that a placement needs no upsert.
  const shown = new Map(
    searchable(state).map(({ key }) => [key, workflowInfo().typedSearchAttributes.get(key) ?? null]),
  );

  const addToTimeline = (event: OrderEvent, entries: readonly LogEntry[]): void => {
    const line = timelineText(event, entries);
    if (!line) return;
    const [text, detail] = line;
    if (timeline.length >= maxTimeline) timeline.splice(maxTimeline / 2, 1);
    timeline.push({ at: now(), event: text, ...(detail ? { detail } : {}) });
  };

  const view = () => viewOf(state, [...timeline]);
  return {
    get state() {
      return state;
    },
    emit(...events) {
      for (const event of events) {
        const before = state;
        state = evolve(state, event);
        const entries = logOf(event, state, now());
        log.push(...entries);
        addToTimeline(event, entries);
        count(event, before, state);
        for (const { level = 'info', message, ...line } of logLines(event)) workerLog[level](message, line);
      }
      changed();
    },
    show() {
      const changed = searchable(state).filter(({ key, value }) => shown.get(key) !== value);
      if (changed.length > 0) upsertSearchAttributes(changed satisfies SearchAttributeUpdatePair[]);
      for (const { key, value } of changed) shown.set(key, value);
      setCurrentDetails(currentDetails(view()));
    },
    view,
    progress(...ahead) {
      const then = { state, log: [...log] };
      for (const event of ahead) {
        then.state = evolve(then.state, event);
        then.log.push(...logOf(event, then.state, now()));
      }
      return progressOf(then.state, then.log);
    },
  };
}

const now = (): string => new Date().toISOString();
