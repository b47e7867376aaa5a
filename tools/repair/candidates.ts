/** Which orders a repair looks at. Page by page: nothing here grows with the number of orders. */
import type { Client } from '@temporalio/client';
import { orderWorkflowId, ratingWorkflowId, workflowTypes } from '../../contracts/names';

/** Ids of open orders in one database: ascending, after the given one, at most `limit`. */
export type OpenIds = (after: string, limit: number) => Promise<string[]>;

const pageSize = 200;
const beforeAll = '00000000-0000-0000-0000-000000000000';

/** The open orders of all databases in pages, each order once: a merge of their ascending lists. */
export async function* openInDatabases(sources: OpenIds[], limit = pageSize): AsyncGenerator<string[]> {
  for (let after = beforeAll; ;) {
    const lists = await Promise.all(sources.map((openIds) => openIds(after, limit)));
    // What comes after the end of a list that was cut off may be missing in it: that is for the next page.
    const cutOff = lists.flatMap((ids) => (ids.length < limit ? [] : ids.slice(-1))).sort()[0];
    const ids = [...new Set(lists.flat())].filter((id) => cutOff === undefined || id <= cutOff).sort();
    if (ids.length > 0) yield ids;
    if (cutOff === undefined) return;
    after = cutOff;
  }
}

/**
 * Orders that the databases may not show: of runs, their ratings' too, that were ended from outside before anything was written, and
 * of running ones, which a reset may have taken back behind an order's end.
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
