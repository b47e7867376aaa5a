/**
 * Orders of the past: the workflows as they are now must take the same steps again. What fails here would fail for the orders that
 * are under way when this version is deployed. `record.ts` says how the histories came to be and how to record them again.
 */
import { DefaultLogger, makeTelemetryFilterString, Runtime, Worker } from '@temporalio/worker';
import { workflowBundle } from '../fixtures/workflows';
import { readEvents, savedHistories, toHistory, type SavedEvent } from './fixtures/histories';

beforeAll(() => {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    // A replay that is meant to fail is a warning to the core.
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
  });
});

async function replay(events: SavedEvent[], carryTraces = false): Promise<Error | undefined> {
  const histories = [{ workflowId: 'replayed', history: toHistory(events) }];
  const traces = { ended: { fn: () => undefined } }; // nobody collects them
  const options = { workflowBundle: await workflowBundle(undefined, carryTraces), sinks: { traces } };
  for await (const { error } of Worker.runReplayHistories(options, histories)) {
    return error;
  }
  throw new Error('nothing was replayed');
}

test.each(savedHistories())('the history "%s" replays', async (name) => {
  expect(await replay(readEvents(name))).toBeUndefined();
});

test.each(savedHistories())('the history "%s" replays in a worker that traces', async (name) => {
  expect(await replay(readEvents(name), true)).toBeUndefined();
});

test('a history of other steps does not replay', async () => {
  const others = JSON.stringify(readEvents('called-durably')).replaceAll('"createOrder"', '"changeOrder"');
  const events = JSON.parse(others) as SavedEvent[];
  expect(await replay(events)).toBeInstanceOf(Error);
});

describe('the history', () => {
  const typesOf = (name: string): string[] => readEvents(name).map(({ eventType }) => eventType);

  test('of a killed worker holds the task that was done twice', () => {
    expect(typesOf('worker-killed-in-local-step')).toContain('EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT');
  });

  test('of an update during a local step holds it behind the step', () => {
    const types = typesOf('update-in-local-step');
    const updates = types.flatMap((type, at) => (type === 'EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED' ? at : []));
    expect(updates[1]).toBeGreaterThan(types.indexOf('EVENT_TYPE_MARKER_RECORDED'));
  });

  test('of an order whose services were well holds no regular activity', () => {
    expect(typesOf('delivered')).not.toContain('EVENT_TYPE_ACTIVITY_TASK_SCHEDULED');
  });
});
