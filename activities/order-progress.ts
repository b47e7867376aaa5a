import { withTimeout } from '../lib/process/timeout';
import type { OrderProgress, OrderRecords } from './orders';

/** A step that also has the customer's record follow, in the same activity: each activity costs the order a marker and an activation. */
export interface WithProgress {
  progress?: OrderProgress | undefined;
}

/** Whether the record has followed. Where it has not, `recordProgress` is still to be done; nothing else depends on it. */
export interface ProgressResult {
  recorded?: boolean;
}

/** The step's own outcome does not wait for a slow database longer than this. */
const patienceMs = 300;

/** Writes the record, if there is something to write. Never throws, and says in time whether it did. */
export async function recordProgressInStep(
  records: OrderRecords,
  progress: OrderProgress | undefined,
): Promise<ProgressResult> {
  if (!progress) return {};
  try {
    await withTimeout(patienceMs, records.progress(progress));
    return { recorded: true };
  } catch {
    return { recorded: false }; // what is wrong with the database is said where the record is written for good
  }
}
