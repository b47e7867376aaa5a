import { until } from '../../tools/platform/until';
import { watchEventLoop } from './event-loop';

test('a standstill fails the check, for a while', async () => {
  const watch = watchEventLoop({ limitMs: 200, everyMs: 500 });
  const failure = () =>
    watch.check().then(
      () => undefined,
      (error: Error) => error.message,
    );
  await until('the first measurements are good', async () => (await failure()) === undefined);
  // The monitor compares each tick with the one before: it needs a first one.
  const standStill = () => {
    const end = performance.now() + 400;
    while (performance.now() < end);
    return failure();
  };
  expect(await until('a standstill is measured', standStill)).toMatch(/^the event loop stood still for \d{3,} ms$/);
  await until('it is forgotten', async () => (await failure()) === undefined);
  watch.close();
});
