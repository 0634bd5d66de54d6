/** Where a dialect is spoken: on what came in, before it is validated, and on what leaves, before it is encrypted and signed. */
import type { Json, JsonObject } from '../envelope/json.js';
import type { RegistryDefinition } from '../registries/definition.js';
import { withType } from '../txn-status/txn-status.schema.js';
import type { Dialect } from '../vocabulary.js';
import {
  isObject,
  within,
  type CallbackContext,
  type DialectForms,
  type ReadHeaderContext,
  type WriteContext,
} from './dialect.js';
import { DIALECTS } from './dialects.js';
import { readLocales } from './locale.js';

/** A message in its sender's forms → the standard's. What cannot be read stays as it is. @param action as the sender wrote it */
export function readForms(dialect: Dialect, message: Json, action: string, definition?: RegistryDefinition): Json {
  const typed = withType(action, message);
  if (dialect === 'DCI' || !isObject(typed)) return typed;
  const read = readLocales(typed);
  return DIALECTS[dialect].read?.[action.replaceAll('_', '-')]?.(read, definition) ?? read;
}

export function readHeaderForms(
  dialect: Dialect,
  header: Json | undefined,
  message: Json | undefined,
  { senderId }: Pick<ReadHeaderContext, 'senderId'>,
): Json | undefined {
  const { readHeader } = DIALECTS[dialect];
  if (readHeader === undefined || !isObject(header)) return header;
  return readHeader(header, { senderId, items: countItems(message) });
}

/** One message where it has no list of items. */
function countItems(message: Json | undefined): number {
  const items = isObject(message) ? Object.values(message).find(Array.isArray) : undefined;
  return items?.length ?? 1;
}

type Writers = NonNullable<DialectForms['write']>;

/** An answer to a search that is told again (`txn-on-status`) has the form that it had; `data` is the standard's object. */
function withRetold(write: Writers): Writers {
  const { 'on-search': answer } = write;
  if (answer === undefined) return write;
  const retell: Writers[string] = (message, context) =>
    within(message, 'txnstatus_response', (response) =>
      within(response, 'txn_status', (earlier) => answer(earlier, { ...context, channel: 'CALLBACK' })),
    );
  return { 'txn-on-status': retell, ...write };
}

/** An unsigned envelope of ours → its receiver's forms. */
export function writeForms(
  dialect: Dialect,
  envelope: JsonObject,
  context: WriteContext & CallbackContext,
): JsonObject {
  const { writeHeader, ...forms } = DIALECTS[dialect];
  const write = withRetold(forms.write ?? {});
  const { header, message } = envelope;
  if (!isObject(header)) return envelope;
  const writer = typeof header['action'] === 'string' ? write[header['action']] : undefined;
  return {
    ...envelope,
    header: writeHeader === undefined || context.channel === 'REPLY' ? header : writeHeader(header, context),
    ...(writer === undefined || !isObject(message) ? {} : { message: writer(message, { ...context, header }) }),
  };
}
