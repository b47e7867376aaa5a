import type { OrderProgress, OrderRecords } from './orders';
import { recordProgressInStep } from './order-progress';

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

describe('the record that follows along', () => {
  test('is said to be written when it is', async () => {
    const { records, written } = recordsThat(() => Promise.resolve());
    expect(await recordProgressInStep(records, progress)).toEqual({ recorded: true });
    expect(written).toEqual([progress]);
  });

  test('is said not to be written when the database fails', async () => {
    const { records } = recordsThat(() => Promise.reject(new Error('away')));
    expect(await recordProgressInStep(records, progress)).toEqual({ recorded: false });
  });

  test('is said not to be written when the database does not answer, and nobody waits for it', async () => {
    const { records } = recordsThat(() => new Promise(() => undefined));
    expect(await recordProgressInStep(records, progress)).toEqual({ recorded: false });
  });

  test('is left alone when there is nothing to write', async () => {
    const { records, written } = recordsThat(() => Promise.resolve());
    expect(await recordProgressInStep(records, undefined)).toEqual({});
    expect(written).toEqual([]);
  });
});
