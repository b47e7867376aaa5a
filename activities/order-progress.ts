import type { OrderProgress } from '../contracts/workflow';
import { withTimeout } from '../lib/process/timeout';
import type { OrderRecords } from './orders';

/** The step's own outcome does not wait longer for a slow database. */
const timeoutMs = 300;

/**
 * Updates the record if there is progress to write. Best effort: never throws, and returns before the timeout. Returns whether the record
 * was updated. If not, `recordProgress` still has to run; nothing else depends on it.
 */
export async function recordProgressInStep(
  records: OrderRecords,
  progress: OrderProgress | undefined,
): Promise<{ recorded?: boolean }> {
  if (!progress) return {};
  try {
    await withTimeout(timeoutMs, records.progress(progress));
    return { recorded: true };
  } catch {
    return { recorded: false }; // the activity `recordProgress` reports what is wrong with the database
  }
}
