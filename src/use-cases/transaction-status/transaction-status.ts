/** What became of an earlier request of the same sender; another sender's is as unknown as one that never was. */
import { decideGate, summarizeDecision } from '../../access/decide-access.js';
import { grantedIn } from '../../access/recheck-release.js';
import type { KnownSender } from '../../access/sender-directory.js';
import {
  findEarlier,
  findSubscribeItems,
  type EarlierTransaction,
  type Key,
} from '../../entities/transactions/transaction-status.repository.js';
import { AnswerTooLarge, RequestInvalid } from '../../protocol/errors.js';
import type { JsonObject } from '../../protocol/envelope/json.js';
import {
  TXN_TYPES,
  type EarlierAnswer,
  type StatusOfTransaction,
  type TransactionStatusAnswer,
  type TxnAttribute,
  type TxnType,
} from '../../protocol/txn-status/txn-status.translate.js';
import type { Operation } from '../../protocol/vocabulary.js';
import { judgedAt, type Call } from '../call.js';
import type { Services } from '../services.js';
import { assertMayAskAboutOwn } from './own-messages.js';
import { definitionOf } from '../records/records.js';
import { MOST_BYTES } from '../search/answer-room.js';
import { earlierMessage, type Asking } from './earlier-answer.js';

/** Newest messages in which items are looked for. */
const MOST_TRANSACTIONS = 100;

/** Which requests each `txn_type` means. */
const OPERATIONS: Record<TxnType, readonly Operation[]> = {
  SEARCH: ['SEARCH', 'BULK_SEARCH', 'BULK_VERIFY', 'DISABLED', 'DISABILITY_DETAILS', 'DISABILITY_SUPPORT', 'ENROLLED'],
  SUBSCRIBE: ['SUBSCRIBE'],
  UNSUBSCRIBE: ['UNSUBSCRIBE'],
  RECEIPT: ['RECEIPT'],
};

/** @throws Forbidden when the sender may not use TXN_STATUS at all */
export async function transactionStatus(
  services: Services,
  { sender, call }: { sender: KnownSender; call: Call },
  question: StatusOfTransaction,
): Promise<TransactionStatusAnswer> {
  const definition = definitionOf(services, question.registry);
  const gate = decideGate({ sender, definition, operation: 'TXN_STATUS', now: judgedAt(services, call) });
  assertMayAskAboutOwn(gate);
  await call.admit({ operation: 'TXN_STATUS', items: 1 });
  const type = question.type ?? (await typeOf(services, sender, question));
  const asking: Asking = { services, sender, definition, type, told: [] };
  const earlier = await answerFor(asking, question);
  const { transactionId } = question;
  const ids = { transactionId, correlationId: call.correlationId };
  const answer: TransactionStatusAnswer = { ...ids, type, asked: askedIn(question), earlier };
  await call.settle({
    operation: 'TXN_STATUS',
    registry: definition.registry,
    transactionId,
    status: 'SUCCEEDED',
    accessDecision: { ...summarizeDecision(gate), items: asking.told.flatMap(grantedIn) },
    recordIds: asking.told.flatMap(({ recordIds }) => recordIds),
    consentIds: asking.told.flatMap(({ consentIds }) => consentIds ?? []),
    referenceIds: [question.referenceId],
    itemCount: 1,
    itemsDone: 1,
    recordCount: 0,
    result: answer,
  });
  return answer;
}

function askedIn({ attribute, values: [first] }: StatusOfTransaction): TransactionStatusAnswer['asked'] {
  if (attribute === 'TRANSACTION_ID') return { transactionId: first };
  return attribute === 'CORRELATION_ID' ? { correlationId: first } : undefined;
}

/** The kind of the newest request that fits; nobody's is told as a search. */
async function typeOf(
  { database, vault }: Services,
  { senderId }: KnownSender,
  { registry, attribute, values }: StatusOfTransaction,
): Promise<TxnType> {
  if (attribute === 'SUBSCRIPTION_CODES') return 'SUBSCRIBE';
  const request = { senderId, registry, operations: Object.values(OPERATIONS).flat() };
  const [newest] = await findEarlier(database, vault, request, idKey(attribute, values), { transactions: 1, bytes: 0 });
  return TXN_TYPES.find((type) => newest !== undefined && OPERATIONS[type].includes(newest.operation)) ?? 'SEARCH';
}

/** @throws RequestInvalid for several values of what names one request */
function idKey(attribute: Exclude<TxnAttribute, 'SUBSCRIPTION_CODES'>, values: string[]): Key {
  if (attribute === 'REFERENCE_IDS') return { referenceIds: values };
  const [first = ''] = values;
  if (values.length > 1) throw new RequestInvalid('attribute_value: takes one value');
  return attribute === 'TRANSACTION_ID' ? { transactionIds: [first] } : { correlationId: first };
}

async function answerFor(asking: Asking, question: StatusOfTransaction): Promise<EarlierAnswer | undefined> {
  const { key, wanted } = await keyOf(asking, question);
  if (key === undefined) return undefined;
  const request = {
    senderId: asking.sender.senderId,
    registry: asking.definition.registry,
    operations: OPERATIONS[asking.type],
  };
  // A whole message is told of the newest alone.
  const most = { transactions: wanted === undefined ? 1 : MOST_TRANSACTIONS, bytes: MOST_BYTES };
  const found = await findEarlier(asking.services.database, asking.services.vault, request, key, most);
  const [newest] = found;
  if (newest === undefined) return undefined;
  if (newest.tooLarge) throw tooLarge();
  const { transactionId, correlationId, status, itemCount, itemsDone } = newest;
  const message = wanted === undefined ? await earlierMessage(asking, newest) : await pickItems(asking, found, wanted);
  return { transactionId, correlationId, status, itemCount, itemsDone, message };
}

/** `wanted`: the items asked for, where not whole messages are. */
async function keyOf(
  { services, sender, type }: Asking,
  { attribute, values }: StatusOfTransaction,
): Promise<{ key: Key | undefined; wanted?: Set<string> }> {
  const [first] = values;
  if (first === undefined) return { key: undefined };
  if (attribute === 'TRANSACTION_ID' || attribute === 'CORRELATION_ID') return { key: idKey(attribute, values) };
  if (attribute === 'REFERENCE_IDS' || type !== 'SUBSCRIBE')
    return { key: { referenceIds: values }, ...(type === 'UNSUBSCRIBE' ? {} : { wanted: new Set(values) }) };
  const made = await findSubscribeItems(services.database, sender.senderId, values);
  if (made.length === 0) return { key: undefined };
  return {
    key: { transactionIds: made.map(({ transactionId }) => transactionId) },
    wanted: new Set(made.map(({ referenceId }) => referenceId)),
  };
}

const tooLarge = (): AnswerTooLarge =>
  new AnswerTooLarge(`attribute_value: the answers are larger than ${MOST_BYTES} bytes; ask about fewer at once`);

/** Items by their reference id, each from the newest message that has it. */
async function pickItems(asking: Asking, transactions: EarlierTransaction[], wanted: Set<string>): Promise<JsonObject> {
  const list = asking.type === 'SUBSCRIBE' ? 'subscribe_response' : 'search_response';
  const items: JsonObject[] = [];
  let bytes = 0;
  for (const transaction of transactions) {
    const left = transaction.referenceIds.filter((id) => wanted.has(id));
    if (left.length === 0) continue;
    if (transaction.tooLarge) throw tooLarge();
    const message = await earlierMessage(asking, transaction);
    bytes += Buffer.byteLength(JSON.stringify(message));
    if (bytes > MOST_BYTES) throw tooLarge();
    const told = (message[list] ?? []) as JsonObject[];
    items.push(...told.filter(({ reference_id: id }) => left.some((one) => one === id)));
    for (const id of left) wanted.delete(id);
  }
  return { [list]: items };
}
