import { setTimeout as sleep } from 'node:timers/promises';
import { watchEventLoop } from './event-loop';

test('a standstill fails the check, for a while', async () => {
  const watch = watchEventLoop({ limitMs: 200, everyMs: 50 });
  await sleep(40); // the first measurement
  await expect(watch.check()).resolves.toBeUndefined();
  const until = performance.now() + 400;
  while (performance.now() < until);
  await sleep(1);
  await expect(watch.check()).rejects.toThrow(/^the event loop stood still for \d{3} ms$/);
  for (;;) {
    await sleep(20);
    if (
      await watch.check().then(
        () => true,
        () => false,
      )
    )
      break;
  }
  watch.close();
});
