import type { Revision } from '../../entities/transactions/answer-revision.repository.js';
import type { JsonObject } from '../../protocol/envelope/json.js';
import { WIRE_STATUS, type TransactionStatus } from '../../protocol/vocabulary.js';

/** The stored on-subscribe with one item decided; an answer of another form keeps its words, and its status follows. */
export function reviseSubscribeAnswer(
  before: unknown,
  decided: JsonObject,
  status: TransactionStatus,
  itemCount: number,
): Revision {
  const [item] = itemsOf({ message: decided });
  const old = itemsOf(before);
  if (item === undefined || old.length === 0) return { status, itemsDone: itemCount, answer: before };
  const items = old.map((one) => (codeOf(one) === codeOf(item) ? item : one));
  const counted = (wanted: TransactionStatus) => items.filter((one) => one['status'] === WIRE_STATUS[wanted]).length;
  const [succeeded, pending] = [counted('SUCCEEDED'), counted('PENDING')];
  const overall = succeeded > 0 ? 'SUCCEEDED' : pending > 0 ? 'PENDING' : 'REJECTED';
  const { header, message, ...rest } = before as { header: JsonObject; message: JsonObject };
  const answer = {
    ...rest,
    header: { ...header, status: WIRE_STATUS[overall], completed_count: succeeded },
    message: { ...message, subscribe_response: items },
  };
  return { status: overall, itemsDone: items.length - pending, answer };
}

function itemsOf(answer: unknown): JsonObject[] {
  const { message } = answer as { message?: { subscribe_response?: JsonObject[] } };
  return message?.subscribe_response ?? [];
}

const codeOf = ({ subscriptions }: JsonObject): unknown => (subscriptions as { code: string }[] | undefined)?.[0]?.code;
