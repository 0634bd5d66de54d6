/** `transactionChanged`: the outbox tail, filtered per reader; the row is loaded when it is about to be told. */
import { Transaction } from '../../entities/transaction.entity.js';
import type { Context } from '../context.js';
import type { TransactionChange, TransactionFilter } from '../transactions/transaction.types.js';

export async function* watchTransactions(
  { services }: Context,
  filter: TransactionFilter,
  after: string | undefined,
): AsyncGenerator<TransactionChange> {
  for await (const event of services.tail.events({ after })) {
    if (event.topic !== 'transaction') continue;
    const transaction = await services.database.em().findOne(Transaction, { id: event.subject });
    if (transaction !== null && matches(filter, transaction)) yield { cursor: event.cursor, transaction };
  }
}

function matches(filter: TransactionFilter, transaction: Transaction): boolean {
  const { receivedFrom, receivedUntil, ...columns } = filter;
  if (receivedFrom != null && transaction.receivedAt < receivedFrom) return false;
  if (receivedUntil != null && transaction.receivedAt >= receivedUntil) return false;
  return (Object.entries(columns) as [keyof typeof columns, unknown][]).every(
    ([name, value]) => value == null || transaction[name] === value,
  );
}
