import type { OrderProgress } from '../contracts/workflow';
import { recordProgressInStep, type OrderRecords } from './orders';

const progress: OrderProgress = {
  order_id: '00000000-0000-4000-8000-000000000001',
  user_id: '00000000-0000-4000-8000-000000000002',
  placed_at: '2026-01-01T12:00:00.000Z',
  status: 'CONFIRMED',
  delivered: false,
  total: '12.50',
  reason: null,
};

const recordsThat = (behave: () => Promise<void>) => {
  const written: OrderProgress[] = [];
  const records: Pick<OrderRecords, 'progress'> = {
    progress: (each) => (written.push(each), behave()),
  };
  return { records: records as OrderRecords, written };
};

describe("the customer's record in a step's activity", () => {
  test('is reported as recorded when it was written', async () => {
    const { records, written } = recordsThat(() => Promise.resolve());
    expect(await recordProgressInStep(records, progress)).toEqual({ recorded: true });
    expect(written).toEqual([progress]);
  });

  test('is reported as not recorded when the database fails', async () => {
    const { records } = recordsThat(() => Promise.reject(new Error('away')));
    expect(await recordProgressInStep(records, progress)).toEqual({ recorded: false });
  });

  test('is reported as not recorded when the database does not answer before the timeout', async () => {
    const { records } = recordsThat(() => new Promise(() => undefined));
    expect(await recordProgressInStep(records, progress)).toEqual({ recorded: false });
  });

  test('is not written when there is no progress', async () => {
    const { records, written } = recordsThat(() => Promise.resolve());
    expect(await recordProgressInStep(records, undefined)).toEqual({});
    expect(written).toEqual([]);
  });
});
