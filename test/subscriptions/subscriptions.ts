/** What the tests of subscriptions say again and again. */
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../src/protocol/json.js';
import type { TestGateway } from '../support/gateway.js';
import type { Inbox, Received } from '../support/inbox.js';
import type { Answer, Partner } from '../support/partner.js';

export interface Wish {
  event?: string;
  recordType?: string;
  filter?: JsonObject | JsonObject[];
  filterType?: string;
  more?: JsonObject;
  reference?: string;
}

export function subscribeItem({ event = 'Death', recordType = 'Person', filter = {}, ...wish }: Wish = {}): JsonObject {
  return {
    reference_id: wish.reference ?? randomUUID(),
    timestamp: new Date().toISOString(),
    subscribe_criteria: {
      version: '1.0.0',
      reg_event_type: event,
      filter,
      ...(wish.filterType === undefined ? {} : { filter_type: wish.filterType }),
      notify_record_type: recordType,
      ...wish.more,
    },
  };
}

export const subscribeMessage = (...items: JsonObject[]): JsonObject => ({
  transaction_id: randomUUID(),
  subscribe_request: items,
});

export const unsubscribeMessage = (codes: string[]): JsonObject => ({
  transaction_id: randomUUID(),
  timestamp: new Date().toISOString(),
  subscription_codes: codes,
});

/** Posts an asynchronous message and gives the callback that follows it. */
export async function ask(
  partner: Partner,
  inbox: Inbox,
  message: JsonObject,
  { path = 'crvs', action = 'subscribe' } = {},
): Promise<{ ack: Answer; callback: Received }> {
  const before = inbox.received.length;
  const sender_uri = `${inbox.url}/registry/on-${action}`;
  const ack = await partner.send(`${path}/registry/${action}`, action, message, { sender_uri });
  if (ack.status !== 202) throw new Error(JSON.stringify(ack.body));
  const received = await inbox.wait(before + 1);
  return { ack, callback: received[before] as Received };
}

export interface Person {
  id: string;
  data?: Record<string, unknown>;
  event?: string;
}

export async function upsert(gateway: TestGateway, ...people: Person[]): Promise<void> {
  await upsertInto(gateway, 'CRVS', 'Person', ...people);
}

export async function upsertInto(
  gateway: TestGateway,
  registry: string,
  recordType: string,
  ...people: Person[]
): Promise<void> {
  await gateway.admin(
    `mutation ($registry: Registry!, $records: [RecordInput!]!) { upsertRecords(registry: $registry, records: $records) { inserted } }`,
    {
      registry,
      records: people.map(({ id, data = {}, event }) => ({
        recordType,
        identifiers: [{ type: 'UIN', value: id }],
        data,
        ...(event === undefined ? {} : { eventType: event }),
      })),
    },
  );
}

export async function remove(gateway: TestGateway, id: string, registry = 'CRVS'): Promise<void> {
  await gateway.admin(
    `mutation ($registry: Registry!, $identifier: IdentifierInput!) { deleteRecord(registry: $registry, identifier: $identifier) { id } }`,
    { registry, identifier: { type: 'UIN', value: id } },
  );
}

// oxlint-disable-next-line typescript/no-explicit-any
export const eventOf = ({ body }: Received): any => body.message.notify_event[0];
