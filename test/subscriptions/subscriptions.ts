/** What the tests of subscriptions say again and again. */
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
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
      records: people.map(({ id, data = { sex: 'female' }, event }) => ({
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

/** Subscribes and gives the code. */
export async function subscribed(
  partner: Partner,
  inbox: Inbox,
  wish: Wish,
  path = 'crvs',
): Promise<{ code: string; message: JsonObject }> {
  const message = subscribeMessage(subscribeItem(wish));
  const { callback } = await ask(partner, inbox, message, { path });
  const [item] = callback.body.message.subscribe_response;
  if (item.status !== 'succ') throw new Error(JSON.stringify(item));
  inbox.received.splice(0);
  return { code: item.subscriptions[0].code as string, message };
}

export interface DeliveryRow {
  state: string;
  reason: string | null;
  sequence: number;
  decision: Record<string, unknown> | null;
}

export function deliveriesOf(gateway: TestGateway, code: string): Promise<DeliveryRow[]> {
  return gateway.database.query<DeliveryRow>(
    `select d.state, d.state_reason as reason, d.sequence::int as sequence, d.access_decision as decision
     from delivery d join subscription s on s.id = d.subscription_id where s.code = $1 order by d.sequence`,
    [code],
  );
}

/** Waits until the deliveries of a subscription are so. */
export async function settled(
  gateway: TestGateway,
  code: string,
  are: (rows: DeliveryRow[]) => boolean,
): Promise<DeliveryRow[]> {
  for (const deadline = Date.now() + 30_000; ;) {
    const rows = await deliveriesOf(gateway, code);
    if (are(rows)) return rows;
    if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(rows)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export const allEnded = (count: number) => (rows: DeliveryRow[]) =>
  rows.length === count && rows.every(({ state }) => state !== 'PENDING');

export type Change = 'pauseSubscription' | 'resumeSubscription' | 'cancelSubscription' | 'approveSubscription';

export async function change(gateway: TestGateway, mutation: Change, code: string): Promise<string> {
  const { subscriptions } = await gateway.admin<{ subscriptions: { nodes: { id: string }[] } }>(
    `query ($code: String) { subscriptions(filter: { code: $code }) { nodes { id } } }`,
    { code },
  );
  const changed = await gateway.admin<Record<string, { state: string }>>(
    `mutation ($id: ID!) { ${mutation}(id: $id) { state } }`,
    { id: subscriptions.nodes[0]?.id },
  );
  return changed[mutation]?.state ?? '';
}

export async function agreementsOf(gateway: TestGateway, { senderId }: Partner): Promise<string[]> {
  const { agreements } = await gateway.admin<{ agreements: { nodes: { id: string }[] } }>(
    `query ($senderId: String) { agreements(filter: { senderId: $senderId }) { nodes { id } } }`,
    { senderId },
  );
  return agreements.nodes.map(({ id }) => id);
}

export async function updateAgreement(
  gateway: TestGateway,
  partner: Partner,
  input: Record<string, unknown>,
): Promise<void> {
  for (const id of await agreementsOf(gateway, partner))
    await gateway.admin(
      `mutation ($id: ID!, $input: UpdateAgreementInput!) { updateAgreement(id: $id, input: $input) { id } }`,
      {
        id,
        input,
      },
    );
}

export async function endAgreements(gateway: TestGateway, partner: Partner): Promise<void> {
  for (const id of await agreementsOf(gateway, partner))
    await gateway.admin(`mutation ($id: ID!) { endAgreement(id: $id) { id } }`, { id });
}
