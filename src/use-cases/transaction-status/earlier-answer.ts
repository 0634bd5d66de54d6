/** What became of an earlier request, put together from its answer, its callbacks, and what is still to come. */
import type { KnownSender } from '../../access/sender-directory.js';
import { whyWithheld } from '../../access/recheck-release.js';
import { loadCallbacks, type EarlierTransaction } from '../../entities/transactions/transaction-status.repository.js';
import type { JsonObject } from '../../protocol/envelope/json.js';
import type { RegistryDefinition } from '../../protocol/registries/definition.js';
import { standardMessage } from '../../protocol/search/stored-answer.js';
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
  if ((await whyWithheld(services, { sender, definition, now }, transaction)) !== undefined)
    return withoutRecords(whole);
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

/** Items that nothing was told of yet, or ever: a request that was refused as a whole. */
function withRest(transaction: EarlierTransaction, message: JsonObject, list: string): JsonObject {
  const items = (message[list] ?? []) as JsonObject[];
  const told = new Set(items.map(({ reference_id: id }) => id));
  const { status, statusReasonMessage, receivedAt } = transaction;
  const rest = transaction.referenceIds
    .filter((id) => !told.has(id))
    .map((id) => ({
      reference_id: id,
      timestamp: receivedAt.toISOString(),
      status: WIRE_STATUS[status],
      ...(status === 'REJECTED' && statusReasonMessage !== null ? { status_reason_message: statusReasonMessage } : {}),
    }));
  return { ...message, [list]: [...items, ...rest] };
}

/** Messages without items, before they are answered. */
function pending({ status, receivedAt }: EarlierTransaction, type: TxnType): JsonObject {
  if (type === 'RECEIPT') return { receipt_information: { beneficiaries: [] } };
  return { timestamp: receivedAt.toISOString(), status: WIRE_STATUS[status], subscription_status: [] };
}

/** Of an item: whatever else it has, such as a `yes` or how many were found, tells of a person. */
const BARE = new Set(['reference_id', 'timestamp', 'status', 'status_reason_code', 'status_reason_message', 'locale']);

function withoutRecords(message: JsonObject): JsonObject {
  const bare = (item: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(item).filter(([name]) => BARE.has(name)));
  return Object.fromEntries(
    Object.entries(message).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map((item) => bare(item as JsonObject)) : value,
    ]),
  );
}
