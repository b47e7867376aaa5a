import type { ClosedLoop } from '../load/closed-loop';
import type { LoadResult } from '../load/job';
import type { Shape } from './shape';

/** What the benchmark tells the client of the bare workflow. */
export interface CeilingRequest extends ClosedLoop {
  shape: Shape;
}

/** What that tells it. */
export type CeilingReply =
  | { event: 'ready' }
  | { event: 'opened' }
  | { event: 'closed' }
  | { event: 'result'; result: LoadResult; lastIds: string[] }
  | { event: 'failed'; message: string };
