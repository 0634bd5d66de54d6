import type { WaitingEvent } from '../../src/entities/records/registry-event.repository.js';
import type { MatchableSubscription } from '../../src/entities/subscriptions/subscription.repository.js';
import { createRegistries } from '../../src/protocol/registries/registries.js';
import { collecting, isMatched } from '../../src/use-cases/subscriptions/subscription.matcher.js';

test('ages are counted on the day of the event, though it is matched on a later one', () => {
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
  const subscription = (id: string, age: object): MatchableSubscription => ({
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
