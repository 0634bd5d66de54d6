/** What became of an earlier request, put together from its answer, its callbacks, and what is still to come. */
import type { KnownSender } from '../../access/sender-directory.js';
import { whyWithheld } from '../../access/recheck-release.js';
import { loadCallbacks, type EarlierTransaction } from '../../entities/transactions/transaction-status.repository.js';
import { isObject } from '../../platform/plain-object.js';
import type { Json, JsonObject } from '../../protocol/envelope/json.js';
import type { RegistryDefinition } from '../../protocol/registries/definition.js';
import { standardMessage } from '../../protocol/search/stored-answer.js';
import { cutText } from '../../protocol/text.js';
import type { TxnType } from '../../protocol/txn-status/txn-status.translate.js';
import { WIRE_STATUS } from '../../protocol/vocabulary.js';
import type { Services } from '../services.js';
import { MOST_BYTES } from '../search/answer-room.js';

/** Callbacks of a large request that a status repeats; the others were sent as well. */
const MOST_PARTS = 10;

export interface Asking {
  services: Services;
  sender: KnownSender;
  definition: RegistryDefinition;
  type: TxnType;
  /** Gathers the transactions whose records were told again. */
  told: EarlierTransaction[];
}

const LISTS: Record<TxnType, string | undefined> = {
  SEARCH: 'search_response',
  SUBSCRIBE: 'subscribe_response',
  UNSUBSCRIBE: undefined,
  RECEIPT: undefined,
};

/** The answer's message, without records that today's agreements and consents would not release as they were. */
export async function earlierMessage(asking: Asking, transaction: EarlierTransaction): Promise<JsonObject> {
  const told = await toldMessages(asking, transaction);
  const list = LISTS[asking.type];
  const message = told.length === 0 ? {} : mergeParts(told);
  const whole =
    list === undefined ? { ...pending(transaction, asking.type), ...message } : withRest(transaction, message, list);
  if (asking.type !== 'SEARCH') return whole;
  const { sender, definition, services } = asking;
  const now = services.clock();
  const why = await whyWithheld(services, { sender, definition, now }, transaction);
  if (why !== undefined) return withoutRecords(whole, why);
  asking.told.push(transaction);
  return whole;
}

/** The answer; where it went out in parts, those. */
async function toldMessages({ services, definition }: Asking, transaction: EarlierTransaction): Promise<JsonObject[]> {
  const whole = standardMessage(transaction, definition);
  if (whole !== undefined) return [whole];
  const { database, vault } = services;
  const most = { parts: MOST_PARTS, bytes: MOST_BYTES };
  const callbacks = await loadCallbacks(database, vault, transaction.id, most);
  const parts = callbacks.map((response) => standardMessage({ ...transaction, response }, definition));
  return parts.filter((part) => part !== undefined);
}

/** Lists one behind the other; of anything else the last word. */
function mergeParts(parts: JsonObject[]): JsonObject {
  const merged: JsonObject = {};
  for (const { transaction_id: _, correlation_id: __, ...part } of parts)
    for (const [name, value] of Object.entries(part)) {
      const before = merged[name];
      merged[name] = Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value;
    }
  return merged;
}

/** Without a word, an item without records would read as nobody found. */
const NOT_TOLD_AGAIN =
  'was answered, and the answer is not told again here: it is in the callback that was sent, or ask again with a new message_id';

/** Items that nothing is told of: not yet, not any more, or never, as of a request that was refused as a whole. */
function withRest(transaction: EarlierTransaction, message: JsonObject, list: string): JsonObject {
  const items = (message[list] ?? []) as JsonObject[];
  const listed = new Set(items.map(({ reference_id: id }) => id));
  const told = new Set(Object.values(message).flatMap(idsIn));
  const { status, statusReasonMessage, receivedAt, referenceIds, itemCount, itemsDone } = transaction;
  const why = { ...NO_REASON, REJECTED: statusReasonMessage, SUCCEEDED: NOT_TOLD_AGAIN }[status];
  const rest = referenceIds
    .filter((id) => !listed.has(id))
    .map((id) => ({
      reference_id: id,
      timestamp: receivedAt.toISOString(),
      status: WIRE_STATUS[status],
      ...(why === null || told.has(id) ? {} : { status_reason_message: why }),
    }));
  const all = [...items, ...rest];
  // Rows of an upload have no ids of their own here.
  const counts: JsonObject = all.length < itemCount ? { total_count: itemCount, completed_count: itemsDone } : {};
  return { ...counts, ...message, [list]: all };
}

const NO_REASON = { RECEIVED: null, PENDING: null };
/** Some operations tell their items in a list of another name. */
const idsIn = (list: Json | undefined): unknown[] =>
  Array.isArray(list) ? list.map((item) => (isObject(item) ? item['reference_id'] : undefined)) : [];

/** Messages without items, before they are answered. */
function pending({ status, receivedAt }: EarlierTransaction, type: TxnType): JsonObject {
  if (type === 'RECEIPT') return { receipt_information: { beneficiaries: [] } };
  return { timestamp: receivedAt.toISOString(), status: WIRE_STATUS[status], subscription_status: [] };
}

/** Of an item: whatever else it has, such as a `yes` or how many were found, tells of a person. */
const BARE = new Set(['reference_id', 'timestamp', 'status', 'status_reason_code', 'status_reason_message', 'locale']);

function withoutRecords(message: JsonObject, why: string): JsonObject {
  const reason = { status_reason_message: cutText(`its answer is not told again: ${why}`, 999) };
  const bare = (item: JsonObject): JsonObject => ({
    ...Object.fromEntries(Object.entries(item).filter(([name]) => BARE.has(name))),
    ...(item['status'] === WIRE_STATUS.SUCCEEDED ? reason : {}),
  });
  return Object.fromEntries(
    Object.entries(message).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map((item) => bare(item as JsonObject)) : value,
    ]),
  );
}
