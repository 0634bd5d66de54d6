/** `transactionChanged`: transactions as they come and change. */
import type { Transaction } from '../../entities/transactions/transaction.entity.js';
import type { Context } from '../context.js';
import type { TransactionChange, TransactionFilter } from '../transactions/transaction.types.js';
import { detailMeets, follow } from './follow.js';
import type { Telling } from './telling.js';

export function watchTransactions(
  context: Context,
  filter: TransactionFilter,
  after: string | null | undefined,
): AsyncGenerator<TransactionChange | Telling> {
  const { senderId, registry, operation } = filter;
  return follow(context, after, {
    topic: 'transaction',
    accepts: (detail) => detailMeets(detail, { senderId, registry, operation }),
    load: (loaders, id) => loaders.transactionById.load(id),
    matches: (transaction) => matches(filter, transaction),
    told: (transaction, cursor) => ({ cursor, transaction }),
  });
}

function matches(filter: TransactionFilter, transaction: Transaction): boolean {
  const { receivedFrom, receivedUntil, ...columns } = filter;
  if (receivedFrom != null && transaction.receivedAt < receivedFrom) return false;
  if (receivedUntil != null && transaction.receivedAt >= receivedUntil) return false;
  return (Object.entries(columns) as [keyof typeof columns, unknown][]).every(
    ([name, value]) => value == null || transaction[name] === value,
  );
}
