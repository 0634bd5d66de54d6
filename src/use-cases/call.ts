/**
 * How a request came in and what becomes of its outcome. A use case settles its call exactly once, before its answer
 * may leave; the facade, the GraphQL server and the worker each bring their own kind (decision 0006).
 */
import type { KnownSender } from '../access/sender-directory.js';
import type { Unit } from '../entities/database/database.js';
import type { DataVault } from '../entities/database/data-vault.js';
import type { Sql } from '../entities/database/database.js';
import {
  loadAnswer,
  recordTransaction,
  type StoredAnswer,
  type TransactionChannel,
  type TransactionEntry,
} from '../entities/transactions/transaction.repository.js';
import { MessageIdDuplicate, TotalCountExceeded } from '../protocol/errors.js';
import type { Operation, Registry, TransactionStatus } from '../protocol/vocabulary.js';

/** What a use case came to; `result` is its domain answer. */
export interface Outcome {
  operation: Operation;
  registry: Registry | null;
  transactionId: string;
  status: TransactionStatus;
  statusReasonCode?: string;
  statusReasonMessage?: string;
  accessDecision?: unknown;
  recordIds?: string[];
  /** Consents that the answer rests on. */
  consentIds?: string[];
  /** Ids of the items, by which `txn/status` finds the transaction. */
  referenceIds?: string[] | undefined;
  itemCount: number;
  itemsDone: number;
  recordCount: number;
  /** Items are left for the next part. */
  partial?: boolean;
  result: unknown;
}

/** What a message asks for, as quotas and bounds count it. */
export interface Load {
  operation: Operation;
  items: number;
}

export interface Call {
  readonly correlationId: string;
  readonly receivedAt: Date;
  /** Set where a large message is worked on in parts. */
  readonly part?: Part | undefined;
  /**
   * Before any work: holds the message to the number of items that one may carry, and charges its sender for them.
   *
   * @throws TotalCountExceeded
   * @throws TooManyRequests
   */
  admit(load: Load): Promise<void>;
  /**
   * Commits the audit row. `unit` makes it part of a transaction that changes something else too.
   *
   * @throws MessageSeen when the same message was answered before: the caller rolls back and sends the stored answer
   * @throws MessageIdDuplicate when its message id was used for another message
   */
  settle(outcome: Outcome, unit?: Unit): Promise<void>;
}

/**
 * When rights are judged: when the work is done, which may be long after the request came; and never before that, though
 * the clock of whoever does it may be behind.
 */
export const judgedAt = ({ clock }: { clock: () => Date }, { receivedAt }: Pick<Call, 'receivedAt'>): Date =>
  new Date(Math.max(clock().getTime(), receivedAt.getTime()));

/** A sender whose call a use case settles. */
export interface PartnerCall {
  sender: KnownSender;
  call: Call;
  /** Aborts when nobody waits for the answer any more; absent where a worker runs it. */
  deadline: AbortSignal | undefined;
}

/** The items that one part of a large message may take: from here, until one of the numbers is reached. */
export interface Part {
  from: number;
  maxItems: number;
  maxRecords: number;
  maxBytes: number;
  /** Leaves what begins there to the next part, which may begin before this one has ended. */
  leave: (next: number) => void;
  /** Waits until the part before is committed, as settling a part does: for the last, which ends the whole. */
  turn: () => Promise<void>;
}

/** The same message again: its stored answer is to be sent, signed afresh; where it was only accepted, the same ACK. */
export class MessageSeen extends Error {
  readonly answer: unknown;

  constructor(readonly stored: StoredAnswer) {
    super('this message was answered before');
    this.answer = stored.response;
  }
}

export interface CallFacts {
  channel: TransactionChannel;
  senderId: string;
  messageId: string;
  action: string;
  correlationId: string;
  digest: Buffer;
  request: unknown;
  receivedAt: Date;
  remoteAddress?: string | undefined;
  /** Accepts only: the work is due then, and there is no answer yet. */
  dueAt?: Date | undefined;
  /** Items that one message may carry. */
  maxItems: number;
  /** Spends the sender's quotas. @throws TooManyRequests */
  charge: (load: Load) => Promise<void>;
  /** Told of each outcome once it is written. */
  settled?: ((outcome: Outcome) => void) | undefined;
  /** Domain result → the unsigned message that is stored and sent. */
  encode: (result: unknown) => unknown;
}

/** A call that is answered, or accepted, at once: claims its message id and stores question and answer in one write. */
export class DirectCall implements Call {
  readonly correlationId: string;
  readonly receivedAt: Date;
  /** The unsigned message that was stored and may now leave. */
  answer: unknown;
  /** Whether its row stands, from this call or from an earlier one with the same message. */
  settled = false;

  constructor(
    private readonly services: { sql: Sql; vault: DataVault; clock: () => Date },
    private readonly facts: CallFacts,
  ) {
    this.correlationId = facts.correlationId;
    this.receivedAt = facts.receivedAt;
  }

  async admit(load: Load): Promise<void> {
    const { maxItems, charge } = this.facts;
    if (load.items > maxItems)
      throw new TotalCountExceeded(
        `rjct.total_count.limit_exceeded: a message carries at most ${maxItems} items; send the rest in another`,
      );
    await charge(load);
  }

  async settle(outcome: Outcome, unit?: Unit): Promise<void> {
    const { sql, vault, clock } = this.services;
    const { result, partial: _, ...columns } = outcome;
    const answer = this.facts.encode(result);
    const now = clock();
    const processedAt = this.facts.dueAt === undefined ? now : null;
    const entry: TransactionEntry = { ...this.facts, ...columns, claim: true, response: answer, processedAt };
    const recorded = await recordTransaction(unit ?? sql, vault, entry, now);
    if (recorded.outcome === 'seen') {
      this.settled = recorded.same;
      await refuseSeen(sql, vault, recorded);
    }
    this.answer = answer;
    const confirm = (): void => {
      this.settled = true;
      this.facts.settled?.(outcome);
    };
    if (unit === undefined) confirm();
    else unit.afterCommit(confirm);
  }
}

/** @throws MessageSeen or MessageIdDuplicate, always */
export async function refuseSeen(sql: Sql, vault: DataVault, seen: { id: string; same: boolean }): Promise<never> {
  if (!seen.same)
    throw new MessageIdDuplicate(
      'rjct.message_id.duplicate: this message_id (where a message has none, the nonce of its HTTP signature) was used for another message; use a new one',
    );
  throw new MessageSeen(await loadAnswer(sql, vault, seen.id));
}
