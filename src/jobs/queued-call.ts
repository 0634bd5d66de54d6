/**
 * The call of an accepted request. Settling it commits, in one transaction, what became of the request and the callback
 * that tells it; a large one settles part by part, each a callback of its own, and goes on there after a crash.
 */
import type { AcceptedRequest } from '../entities/transactions/accepted-request.repository.js';
import { settlePart, settleRequest } from '../entities/transactions/settled-request.repository.js';
import type { DataVault } from '../entities/database/data-vault.js';
import type { Database, Sql, Unit } from '../entities/database/database.js';
import { sealCallback } from '../entities/deliveries/delivery.repository.js';
import type { Call, Outcome, Part } from '../use-cases/call.js';
import type { JsonObject } from '../protocol/envelope/json.js';
import { cutText } from '../protocol/text.js';

/** A callback is sent when it has reached one of these; its last item may go beyond. */
const MAX_ITEMS = 100;
const MAX_RECORDS = 1000;
const MAX_BYTES = 4 * 1_048_576;

export interface QueuedFacts {
  request: AcceptedRequest;
  worker: string;
  /** Undefined where there is nowhere to send one. */
  callback: Callback | undefined;
  /** Its message cannot be opened any more. */
  unopened?: boolean;
  /** Where a part is worked on while another is written. */
  ahead?: Ahead | undefined;
}

interface Callback {
  action: string;
  target: string;
  /** Result → unsigned callback. */
  encode: (result: unknown) => JsonObject;
}

interface Reply extends Callback {
  envelope: JsonObject;
}

export interface Ahead {
  from: number;
  /** The part before, until it is committed; undefined for the first. */
  before: Promise<unknown> | undefined;
  /** Begins the next part, or leaves it to the next claim. */
  begin: (next: number) => boolean;
  /** Writes a part that is not the last, when those before are written. */
  write: (commit: (sql: Sql) => Promise<void>) => Promise<void>;
}

export class QueuedCall implements Call {
  readonly correlationId: string;
  readonly receivedAt: Date;
  readonly part: Part;
  /** Set once it is committed. */
  settled = false;
  #held = false;

  constructor(
    private readonly services: { database: Database; vault: DataVault; clock: () => Date },
    private readonly facts: QueuedFacts,
  ) {
    const { request, ahead } = facts;
    this.correlationId = request.correlationId;
    this.receivedAt = new Date(request.receivedAt);
    const from = ahead?.from ?? request.progress.itemsDone ?? 0;
    this.part = {
      from,
      maxItems: MAX_ITEMS,
      maxRecords: MAX_RECORDS,
      maxBytes: MAX_BYTES,
      leave: (next) => void (this.#held = ahead?.begin(next) === true),
      turn: async () => void (await ahead?.before),
    };
  }

  /** It was admitted, and charged, when it was accepted. */
  async admit(): Promise<void> {}

  async settle(outcome: Outcome, unit?: Unit): Promise<void> {
    const { ahead, callback } = this.facts;
    const reply = callback && { ...callback, envelope: callback.encode(outcome.result) };
    const commit = (sql: Sql): Promise<void> => this.#commit(sql, outcome, reply);
    if (unit !== undefined) {
      await commit(unit);
      return unit.afterCommit(() => (this.settled = true));
    }
    if (outcome.partial === true && ahead !== undefined) await ahead.write(commit);
    else await this.services.database.transaction(commit);
    this.settled = true;
  }

  async #commit(sql: Sql, outcome: Outcome, reply: Reply | undefined): Promise<void> {
    const { vault, clock } = this.services;
    const { request, worker, unopened = false } = this.facts;
    const { pages = 0, succeeded = false } = request.progress;
    const now = clock();
    const more = outcome.partial === true;
    const anySucceeded = succeeded || outcome.status === 'SUCCEEDED';
    const next = { itemsDone: outcome.itemsDone, pages: pages + 1, succeeded: anySucceeded };
    const whole = pages === 0 && !more && !unopened;
    const place = `transaction:${request.id}:response`;
    // Sealed under the key of the request, which stands in the same row.
    const response =
      whole && reply ? await vault.seal(request.senderId, this.receivedAt, place, reply.envelope) : undefined;
    const step = {
      status: more ? ('PENDING' as const) : anySucceeded ? ('SUCCEEDED' as const) : outcome.status,
      statusReasonCode: outcome.statusReasonCode ?? null,
      statusReasonMessage: outcome.statusReasonMessage == null ? null : cutText(outcome.statusReasonMessage, 999),
      accessDecision: outcome.accessDecision,
      recordIds: outcome.recordIds ?? [],
      consentIds: outcome.consentIds ?? [],
      referenceIds: outcome.referenceIds,
      itemCount: outcome.itemCount,
      itemsDone: outcome.itemsDone,
      recordCount: outcome.recordCount,
      responseSealed: response?.sealed ?? null,
      unopened,
      next: more ? next : undefined,
      held: this.#held,
    };
    const { senderId, registry, operation, id: requestId } = request;
    const { accessDecision, consentIds = [] } = outcome;
    const released = { operation, accessDecision, consentIds };
    const owed = reply && {
      requestId,
      action: reply.action,
      page: pages + 1,
      senderId,
      registry,
      target: reply.target,
      envelope: reply.envelope,
      released,
    };
    const callback = owed && (await sealCallback(vault, owed, now));
    const settled = { worker, request, step };
    await (more && callback
      ? settlePart(sql, { ...settled, callback }, now)
      : settleRequest(sql, { ...settled, callback }, now));
    request.progress = next;
  }
}
