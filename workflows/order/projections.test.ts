import { currentDetails } from './projections';

const view = {
  ...{
    order_id: 'o',
    user_id: 'u',
    placed_at: '2026-03-01T12:00:00.000Z',
    status: 'CANCELLED' as const,
    total: '12.50',
  },
  ...{ delivery: null, agent: null, attention: null, reason: null, timeline: [] },
};

test('the details show the facts and the timeline as Markdown', () => {
  const timeline = [{ at: '2026-03-01T12:00:01.000Z', event: 'placed', detail: '2 restaurant(s)' }];
  expect(currentDetails({ ...view, timeline })).toBe(
    '**Order CANCELLED** · total 12.50\n\n- `12:00:01` placed: 2 restaurant(s)',
  );
});

test.each([
  ['a heading and an invented entry', '# Refunded\n- `12:00:00` delivered', '\\# Refunded - \\`12:00:00\\` delivered'],
  ['a link', '[pay](https://evil.example)', '\\[pay\\](https\\://evil.example)'],
  ['what becomes a link by itself', 'www.evil.example me@evil.example', 'www\\.evil.example me\\@evil.example'],
  ['an image', '![](x)', '\\!\\[\\](x)'],
  ['HTML', '<b>a</b> &amp;', '\\<b\\>a\\</b\\> \\&amp;'],
  ['emphasis', '**_no_** ~~x~~ a|b', '\\*\\*\\_no\\_\\*\\* \\~\\~x\\~\\~ a\\|b'],
  ['a backslash', 'a\\*b', 'a\\\\\\*b'],
])("strangers' texts are shown as they wrote them: %s", (_what, text, shown) => {
  const timeline = [{ at: '2026-03-01T12:00:01.000Z', event: 'cancelled', detail: text }];
  const agent = { agent_id: 'a', agent_name: text };
  const details = currentDetails({ ...view, reason: text, agent, timeline });
  expect(details).toContain(`reason: ${shown}`);
  expect(details).toContain(`agent ${shown} ·`);
  expect(details.split('\n')).toHaveLength(3);
});
