/** What the audit proves of a delivery: its sealed message by its hash, so that it may be purged, and what it told of whom. */
import { canonicalJson } from '../../protocol/envelope/json.js';
import { hashContent } from './audit.repository.js';
import { selectFacts } from './facts.sql.js';

const COLUMNS = {
  kind: 'kind',
  action: 'action',
  senderId: 'sender_id',
  registry: 'registry',
  requestId: 'request_id',
  subscriptionId: 'subscription_id',
  eventId: 'event_id',
  recordId: 'record_id',
  version: 'version',
  target: 'target',
  messageId: 'message_id',
  operation: 'operation',
  accessDecision: 'access_decision',
  consentIds: 'to_jsonb(consent_ids)',
} as const;

export type DeliveryFacts = Record<keyof typeof COLUMNS, unknown>;

/** In the order of RFC 8785. */
const NAMES = Object.keys(COLUMNS).sort() as (keyof DeliveryFacts)[];

/** One JSON object `facts`, of a table `d`. */
export const DELIVERY_FACTS = selectFacts(COLUMNS, 'd');

/** SHA-256 over a sealed message as `hashContent` makes it, of a table `d`. */
export const MESSAGE_HASH = `sha256(convert_to(coalesce(length(d.message_sealed), 0) || ':', 'UTF8') || coalesce(d.message_sealed, ''))`;

/** @param messageHash `content_hash` of the row */
export function hashDelivery(messageHash: Buffer, row: DeliveryFacts): Buffer {
  return hashContent(messageHash, Buffer.from(deliveryText(row)));
}

/** What an entry proves of a row, as canonical JSON. */
export function deliveryText(row: DeliveryFacts): string {
  return `{${NAMES.map((name) => `"${name}":${textOf(row[name] ?? null)}`).join(',')}}`;
}

const known = new WeakMap<object, string>();

/** A decision is one for all messages of a subscription, and is not changed once it is made. */
function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return canonicalJson(value);
  const text = known.get(value) ?? canonicalJson(value);
  known.set(value, text);
  return text;
}
