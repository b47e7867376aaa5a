import { cloudEvent, without, type OrderEvent } from '../../contracts/events';
import { logged, type LogEntry } from '../../contracts/order-log';
import { eventLine } from './event-line';

const orderId = '3f2a9c1e-0000-4000-8000-000000000001';
const agent = { agent_id: '7b1d0e5a-0000-4000-8000-000000000002', agent_name: 'Asha' };
const restaurant = '9c8b7a6d-0000-4000-8000-000000000003';
const at = '2026-11-29T12:00:00.250Z';

const eventOf = ({ at: time, ...entry }: LogEntry): OrderEvent =>
  cloudEvent({ orderId, n: 1, at: new Date(time), ...entry });
const [priced, secured] = logged.priced(at, '33.5') as [LogEntry, LogEntry];

test.each<[string, LogEntry]>([
  ['placed', logged.placed(at, [restaurant])],
  ['placed  2 restaurants', logged.placed(at, [restaurant, orderId])],
  ['priced  total 33.50', priced],
  ['secured', secured],
  [
    'refused in part  restaurant 9c8b7a6d, out of paneer',
    logged.refusedInPart(at, 'PENDING', restaurant, 'out of paneer'),
  ],
  ['confirmed', logged.confirmed(at, null)],
  ['agent searched', logged.agentSearched(at, 0)],
  ['agent assigned  Asha', logged.agentAssigned(at, agent)],
  ['handed back  agent 7b1d0e5a', logged.handedBack(at, { agent_id: agent.agent_id }, null)],
  ['picked up', logged.pickedUp(at, null)],
  ['cancelled  by the customer, changed my mind', logged.cancelled(at, true, 'changed my mind', 'customer')],
  ['rated  5 for the order, 4 for the agent', logged.rated(at, 5, 4)],
])('an event is the line "%s" behind its time', (line, entry) => {
  expect(eventLine(eventOf(entry), false)).toBe(`12:00:00.250  ${line}`);
});

test('where several orders are listened to, each line names its own', () => {
  expect(eventLine(eventOf(secured), true)).toBe('12:00:00.250  3f2a9c1e  secured');
});

test('what a listener may not see leaves no trace', () => {
  expect(eventLine(without(eventOf(priced), 'total'), false)).toBe('12:00:00.250  priced');
  expect(eventLine(without(eventOf(logged.rated(at, 5, 4)), 'agent_rating'), false)).toBe(
    '12:00:00.250  rated  5 for the order',
  );
});
