/** What the audit keeps of a decision, and what of it a sender reads of its own. */
import type { Context } from '../../src/graphql/context.js';
import { decisionFor } from '../../src/graphql/decision.js';

const contextOf = (kind: 'admin' | 'sender'): Context => ({ principal: { kind } }) as unknown as Context;
const forSender = (decision: Record<string, unknown>) => decisionFor(contextOf('sender'), decision);

const allowed = { allowed: true, recordType: 'SRPerson', fields: ['name'] };
const from = (candidates: number) => ({ ...allowed, source: { source: 'school', candidates } });

test('rows of a file that differ in how their source answered are told as one: their number would tell of it', () => {
  const file = { items: [from(0), from(1)] };
  expect(forSender(file)).toEqual({ items: [allowed] });
  expect(decisionFor(contextOf('admin'), file)).toEqual(file);
});

test('of a consent in a message is told what the sender knows of it', () => {
  const messageConsent = {
    jti: 'c-1',
    scopes: ['name'],
    until: '2027-01-01',
    numberPassed: true,
    statusUrls: ['https://a'],
  };
  expect(forSender({ items: [{ ...allowed, messageConsent }] })).toEqual({
    items: [{ ...allowed, messageConsent: { jti: 'c-1', scopes: ['name'], until: '2027-01-01' } }],
  });
});

test('what is added to a decision later is for administrators until it is said otherwise', () => {
  expect(forSender({ ...allowed, news: 1, signature: 'KEY' })).toEqual(allowed);
  expect(forSender({ allowed: false, reason: 'FIELD_NOT_COVERED', field: 'name' })).toEqual({
    allowed: false,
    reason: 'FIELD_NOT_COVERED',
    field: 'name',
  });
});
