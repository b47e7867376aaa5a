import { until } from './until';

test('a condition that throws at first is waited for', async () => {
  let attempts = 0;
  const condition = (): string => {
    attempts += 1;
    if (attempts < 3) throw new Error('not yet');
    return 'there';
  };
  expect(await until('the thing', condition)).toBe('there');
});

test('a condition that never holds throws what was waited for, with the last error as the cause', async () => {
  const last = new Error('not yet');
  const waited = until('the thing', () => Promise.reject(last), 60);
  await expect(waited).rejects.toMatchObject({ message: 'timed out after 60 ms: the thing', cause: last });
});
