/** The orders that a repair inspects, in pages: memory does not grow with the number of orders. */
import type { Client } from '@temporalio/client';
import { orderWorkflowId, ratingWorkflowId, workflowTypes } from '../../contracts/names';

/** At most `limit` ids of open orders in one database, ascending, after the given one. */
export type OpenIds = (after: string, limit: number) => Promise<string[]>;

const pageSize = 200;
const beforeAll = '00000000-0000-0000-0000-000000000000';

/** Merges the databases' ascending lists: each open order once. */
export async function* openInDatabases(sources: OpenIds[], limit = pageSize): AsyncGenerator<string[]> {
  for (let after = beforeAll; ;) {
    const lists = await Promise.all(sources.map((openIds) => openIds(after, limit)));
    // A list that reached the limit may lack ids after its last one: they wait for the next page.
    const end = lists.flatMap((ids) => (ids.length < limit ? [] : ids.slice(-1))).sort()[0];
    const ids = [...new Set(lists.flat())].filter((id) => end === undefined || id <= end).sort();
    if (ids.length > 0) yield ids;
    if (end === undefined) return;
    after = end;
  }
}

/**
 * Orders that the databases may not show as open: of runs (of orders and ratings) that were terminated before anything was written, and of
 * running ones, which a reset may have taken back behind the order's end.
 */
export async function* openInTemporal(client: Client): AsyncGenerator<string[]> {
  const types = `'${workflowTypes.order}', '${workflowTypes.rating}'`;
  const query = `WorkflowType IN (${types}) AND ExecutionStatus IN ('Running', 'Terminated', 'Failed', 'TimedOut')`;
  let page = new Set<string>();
  for await (const { workflowId } of client.workflow.list({ query, pageSize })) {
    const prefix = prefixes.find((start) => workflowId.startsWith(start));
    if (prefix) page.add(workflowId.slice(prefix.length));
    if (page.size < pageSize) continue;
    yield [...page];
    page = new Set();
  }
  if (page.size > 0) yield [...page];
}

const prefixes = [orderWorkflowId(''), ratingWorkflowId('')];
