/**
 * A dialect: the forms of one vendor's systems, as data and a few readers and writers. It is called at the edge of the
 * wire only: what came in becomes the standard's form before it is validated, and an answer that was made, clamped and
 * stored in the standard's form is put into the vendor's before it is signed. So a dialect asks nothing that a standard
 * message could not ask, and tells nothing that the standard answer does not hold.
 */
import type { Json, JsonObject } from '../envelope/json.js';
import type { RegistryDefinition } from '../registries/definition.js';
import type { RecordsForm } from '../vocabulary.js';

export interface ReadHeaderContext {
  /** Of the access token. */
  senderId: string;
  /** How many items the message has. */
  items: number;
}

export interface WriteContext {
  /** Of the message, in the standard's form. */
  header?: JsonObject;
  definition: RegistryDefinition;
  /** Of a notification, also where the registry's published list does not have it. */
  event?: string | undefined;
  /** Whether it answers at once, or is sent to the partner's own door. */
  channel: 'REPLY' | 'CALLBACK';
}

export interface CallbackContext {
  publicUrl: string;
}

/** Readers take whatever came and leave alone what they do not know: validation behind them refuses it. */
export interface DialectForms {
  /** Names that its systems use for whom they call. */
  receivers?: string[];
  /** Form of `reg_records` where none was chosen for the sender. */
  records?: RecordsForm;
  /** `expires_in` of its access tokens as a number. */
  numericExpiry?: boolean;
  /** Its clients may put the token request's fields into the address. */
  tokenInQuery?: boolean;
  /** Its clients name subscriptions by the `correlation_id` of the acknowledgement of what made them. */
  subscriptionsByRequest?: boolean;
  /** Its partners are told that a consent is missing, where the standard's find nobody. */
  missesConsent?: boolean;
  /** Its partners read in `header.meta` of a search answer what was enforced; without a mark they take it for nothing. */
  marksEnforcement?: boolean;
  /** Registries whose messages its receivers cannot verify, whatever the signature. */
  unverifying?: string[];
  readHeader?: (header: JsonObject, context: ReadHeaderContext) => JsonObject;
  /** By `header.action` of the request. */
  read?: Record<string, (message: JsonObject, definition?: RegistryDefinition) => JsonObject>;
  /** By `header.action` of what we send. */
  write?: Record<string, (message: JsonObject, context: WriteContext) => JsonObject>;
  /** Of what we send to the partner's own door. */
  writeHeader?: (header: JsonObject, context: CallbackContext) => JsonObject;
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Of the days of one kind that a record has, such as those of several marriages, wherever it stands among them. */
export const newestDay = (days: Json | undefined): string | undefined =>
  [days ?? []]
    .flat()
    .filter((day) => typeof day === 'string')
    .toSorted()
    .at(-1);

/** A header without a count. */
export const countItems = (header: JsonObject, { items }: ReadHeaderContext): JsonObject => ({
  ...header,
  total_count: header['total_count'] ?? items,
});

/** A list member of a message rewritten item by item; anything else is left alone. */
export function eachIn(message: JsonObject, name: string, rewrite: (item: JsonObject) => JsonObject): JsonObject {
  const items = message[name];
  if (!Array.isArray(items)) return message;
  return { ...message, [name]: items.map((item): Json => (isObject(item) ? rewrite(item) : item)) };
}

/** An object member rewritten; anything else is left alone. */
export function within(object: JsonObject, name: string, rewrite: (member: JsonObject) => JsonObject): JsonObject {
  const member = object[name];
  return isObject(member) ? { ...object, [name]: rewrite(member) } : object;
}

/** What an answer found, record by record, in either form of `reg_records`; a list in the list is no record. */
export function eachRecord(message: JsonObject, rewrite: (record: JsonObject) => JsonObject): JsonObject {
  const one = (record: Json): Json => (isObject(record) ? rewrite(record) : record);
  const rewritten = (records: Json): Json => (Array.isArray(records) ? records.map(one) : one(records));
  return eachIn(message, 'search_response', (item) =>
    within(item, 'data', (data) => ({ ...data, reg_records: rewritten(data['reg_records'] ?? []) })),
  );
}

/** Two names may mean one attribute: then both comparisons must hold. */
function allOf(members: [string, Json][]): JsonObject {
  const read = new Map<string, Json>();
  const again = members.filter(([name, value]) => (read.has(name) ? true : void read.set(name, value)));
  const object = Object.fromEntries(read);
  return again.length === 0 ? object : { $and: [object, ...again.map((member) => Object.fromEntries([member]))] };
}

/** Names of attributes in a query, wherever they stand, and in a sort → the standard's. */
export function renameAttributes(criteria: JsonObject, names: Record<string, string>): JsonObject {
  const nameOf = (name: string) => (Object.hasOwn(names, name) ? (names[name] ?? name) : name);
  const renamed = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(renamed);
    if (!isObject(value)) return value;
    return allOf(
      Object.entries(value).map(([key, member]) =>
        key === 'attribute_name' && typeof member === 'string' ? [key, nameOf(member)] : [nameOf(key), renamed(member)],
      ),
    );
  };
  const { query, sort } = criteria;
  return {
    ...criteria,
    ...(query === undefined ? {} : { query: renamed(query) }),
    ...(sort === undefined ? {} : { sort: renamed(sort) }),
  };
}

/** The object that an expression compares, inside whatever it was wrapped in; what stands beside it stays where it is. */
export function readExpression(criteria: JsonObject, read: (expression: JsonObject) => JsonObject): JsonObject {
  const inside = (node: JsonObject, [name, ...deeper]: string[]): JsonObject =>
    name === undefined
      ? read(node)
      : name in node
        ? within(node, name, (inner) => inside(inner, deeper))
        : inside(node, deeper);
  if (criteria['query_type'] !== 'expression') return criteria;
  return within(criteria, 'query', (query) => inside(query, ['value', 'expression', 'query']));
}
