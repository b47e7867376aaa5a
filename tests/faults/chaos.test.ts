/** A short chaos run, checked by its JSON summary. */
import { runTool } from './fixtures/launched';
import type { Report } from '../../tools/chaos/main';
import { parts } from '../../tools/chaos/plan/plan';

jest.setTimeout(240_000); // it takes about a minute, longer on a busy machine
/** After a violation its data stays until the next run. */
const name = 'test-chaos';

test('30 orders satisfy every invariant while each part is killed, some are frozen and the databases are slow', async () => {
  const args = ['--name', name, '--seed', '11', '--orders', '30', '--limit', '180', '--json'];
  const { code, stdout } = await runTool('chaos', ...args);
  const report = JSON.parse(stdout) as Report;

  expect(report.invariants.map(({ number, violations }) => ({ number, violations }))).toEqual(
    [1, 2, 3, 4, 5, 6, 7].map((number) => ({ number, violations: [] })),
  );
  expect(report).toMatchObject({ unsettled: [], ok: true, orders: 30 });
  expect(code).toBe(0);
  for (const part of parts) expect(report.faults[part]?.kill).toBeGreaterThanOrEqual(1);
  const delivered = Object.values(report.scenarios).reduce((sum, results) => sum + (results['delivered'] ?? 0), 0);
  expect(delivered).toBeGreaterThan(0); // the run covers more than compensation
});

test.each([['--orders', 'many'], ['--seed'], ['--limit', '0'], ['--speed', '2']])(
  'wrong arguments (%s %s) are refused with exit code 2, before anything is started',
  async (...args) => {
    expect(await runTool('chaos', ...args)).toEqual({ code: 2, stdout: '' });
  },
);
