/** A sender that reads a stored message again leaves a row before it leaves: who, what, when, and whose records. */
import { grantedIn, type EarlierRelease } from '../../access/recheck-release.js';
import { recordTransaction, type TransactionChannel } from '../../entities/transactions/transaction.repository.js';
import type { Registry } from '../../protocol/vocabulary.js';
import type { Services } from '../services.js';

export type PayloadName = 'request' | 'response';

export interface Retelling {
  senderId: string;
  channel: TransactionChannel;
  /** Of the call that reads. */
  correlationId: string;
  receivedAt: Date;
  remoteAddress?: string | undefined;
}

/** The stored transaction that is read. */
export interface Retold extends EarlierRelease {
  id: string;
  transactionId: string | null;
  registry: Registry | null;
  recordIds: string[];
}

/** Its own question tells a sender no record; its answer tells those that it told before. */
export async function recordRetelling(
  { database, vault, clock }: Pick<Services, 'database' | 'vault' | 'clock'>,
  retelling: Retelling,
  retold: Retold,
  payload: PayloadName,
): Promise<void> {
  const told =
    payload === 'response' ? retold : { ...retold, recordIds: [], consentIds: [], accessDecision: undefined };
  const now = clock();
  await recordTransaction(
    database,
    vault,
    {
      ...retelling,
      messageId: null,
      transactionId: retold.transactionId,
      action: 'read-again',
      operation: 'TXN_STATUS',
      registry: retold.registry,
      status: 'SUCCEEDED',
      digest: null,
      claim: false,
      request: { transaction: retold.id, payload },
      accessDecision: { allowed: true, items: grantedIn(told) },
      recordIds: told.recordIds,
      consentIds: told.consentIds ?? [],
      itemCount: 1,
      itemsDone: 1,
      processedAt: now,
    },
    now,
  );
}
