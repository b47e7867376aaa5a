/**
 * Saved histories replay with the current workflow code. One that fails here would break orders that are running when this version is
 * deployed. `record.ts` says how they were recorded, and how to record them again.
 */
import { DefaultLogger, makeTelemetryFilterString, Runtime, Worker } from '@temporalio/worker';
import { workflowBundle } from '../fixtures/workflows';
import { readEvents, savedHistories, toHistory, type SavedEvent } from './fixtures/histories';

beforeAll(() => {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    // The core warns of the replay that is meant to fail.
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
  });
});

async function replay(events: SavedEvent[], carryTraces = false): Promise<Error | undefined> {
  const histories = [{ workflowId: 'replayed', history: toHistory(events) }];
  const traces = { ended: { fn: () => undefined } }; // not collected
  const options = { workflowBundle: await workflowBundle(undefined, carryTraces), sinks: { traces } };
  for await (const { error } of Worker.runReplayHistories(options, histories)) {
    return error;
  }
  throw new Error('nothing was replayed');
}

test.each(savedHistories())('the saved history "%s" replays', async (name) => {
  expect(await replay(readEvents(name))).toBeUndefined();
});

test.each(savedHistories())('the saved history "%s" replays in a worker that traces', async (name) => {
  expect(await replay(readEvents(name), true)).toBeUndefined();
});

test('a history with other activities does not replay', async () => {
  const others = JSON.stringify(readEvents('fallback-to-durable-call')).replaceAll('"createOrder"', '"changeOrder"');
  const events = JSON.parse(others) as SavedEvent[];
  expect(await replay(events)).toBeInstanceOf(Error);
});

describe('the saved history', () => {
  const typesOf = (name: string): string[] => readEvents(name).map(({ eventType }) => eventType);

  test('of a killed worker contains the task that was executed twice', () => {
    expect(typesOf('worker-killed-in-local-step')).toContain('EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT');
  });

  test('of an update during a local activity contains the update after the activity', () => {
    const types = typesOf('update-in-local-step');
    const updates = types.flatMap((type, at) => (type === 'EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED' ? at : []));
    expect(updates[1]).toBeGreaterThan(types.indexOf('EVENT_TYPE_MARKER_RECORDED'));
  });

  test('of an order with healthy services contains no regular activity', () => {
    expect(typesOf('delivered')).not.toContain('EVENT_TYPE_ACTIVITY_TASK_SCHEDULED');
  });
});
