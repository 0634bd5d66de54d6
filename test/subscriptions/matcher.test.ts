import { randomUUID } from 'node:crypto';
import type { WaitingEvent } from '../../src/entities/records/registry-event.repository.js';
import type { MatchableSubscription, StoredFilter } from '../../src/entities/subscriptions/subscription.repository.js';
import { createRegistries } from '../../src/protocol/registries/registries.js';
import { collecting, isMatched, matchingOf } from '../../src/use-cases/subscriptions/subscription.matcher.js';

const definition = createRegistries().byName('CRVS')!;
const createdAt = new Date('2026-05-19T23:59:59Z');
const event: WaitingEvent = {
  id: 'e',
  registry: 'CRVS',
  recordType: 'Person',
  eventType: 'Death',
  recordId: 'r',
  version: 1,
  identifiers: [],
  createdAt,
};

test('ages are counted on the day of the event, though it is matched on a later one', () => {
  const subscription = (id: string, age: object): MatchableSubscription & StoredFilter => ({
    id,
    senderId: 's',
    registry: 'CRVS',
    eventType: 'Death',
    recordType: 'Person',
    queryType: 'EXPRESSION',
    filter: { age },
    frequency: null,
    target: 'https://example.org',
    activeSince: createdAt,
    expiresAt: null,
  });
  const children = subscription('children', { $lt: 18 });
  const adults = subscription('adults', { $gte: 18 });
  const matched = (now: string) =>
    collecting(event, [children, adults], new Date(now)).filter((one) =>
      isMatched(definition, one, event, { birth_date: '2008-05-20' }),
    );
  expect(matched('2026-05-19T23:59:59Z')).toEqual([children]);
  expect(matched('2026-05-20T00:00:01Z')).toEqual([children]);
});

test('a filter is read once for all batches of a day, and anew for another day, by which ages differ', async () => {
  const id = randomUUID();
  const read: string[][] = [];
  const matched = async (of: WaitingEvent, birth_date: string) => {
    const isHeld = await matchingOf([{ event: of, subscription: { id } }], async (ids) => {
      read.push(ids);
      return Promise.resolve([{ id, recordType: 'Person', queryType: 'EXPRESSION', filter: { age: { $gte: 18 } } }]);
    });
    return isHeld(definition, { id }, of, { birth_date });
  };
  expect(await matched(event, '2008-05-20')).toBe(false);
  expect(await matched(event, '2008-05-19')).toBe(true);
  expect(read).toEqual([[id]]);
  const nextDay = { ...event, createdAt: new Date('2026-05-20T00:00:01Z') };
  expect(await matched(nextDay, '2008-05-20')).toBe(true);
  expect(read).toEqual([[id], [id]]);
});

test('of a filter that was not read nothing is said', async () => {
  const isHeld = await matchingOf([{ event, subscription: { id: 'gone' } }], () => Promise.resolve([]));
  expect(() => isHeld(definition, { id: 'gone' }, event, {})).toThrow('was not read');
});
