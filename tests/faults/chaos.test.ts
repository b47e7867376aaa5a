/** A short chaos run: each part is killed at least once while 30 orders go through. Judged by the run's own report. */
import { runTool } from './fixtures/launched';
import type { Report } from '../../tools/chaos/report';
import { parts } from '../../tools/chaos/plan/faults';

jest.setTimeout(240_000); // it takes about a minute, more on a busy machine
/** A run that passes removes its data. That of a failed one stays until the next run. */
const name = 'test-chaos';

test('30 orders survive while every part is killed, some are frozen and the databases are slow', async () => {
  const args = ['--name', name, '--seed', '11', '--orders', '30', '--limit', '180', '--json'];
  const { code, stdout } = await runTool('chaos', ...args);
  const report = JSON.parse(stdout) as Report;

  expect(report.invariants.map(({ number, offences }) => ({ number, offences }))).toEqual(
    [1, 2, 3, 4, 5, 6].map((number) => ({ number, offences: [] })),
  );
  expect(report).toMatchObject({ unrest: [], ok: true, orders: 30 });
  expect(code).toBe(0);
  for (const part of parts) expect(report.faults[part]?.kill).toBeGreaterThanOrEqual(1);
  const delivered = Object.values(report.fates).reduce((sum, results) => sum + results.delivered, 0);
  expect(delivered).toBeGreaterThan(0); // not all are cancelled
});

test.each([['--orders', 'many'], ['--seed'], ['--limit', '0'], ['--speed', '2']])(
  'bad arguments (%s %s) exit with 2 and start nothing',
  async (...args) => {
    expect(await runTool('chaos', ...args)).toEqual({ code: 2, stdout: '' });
  },
);
