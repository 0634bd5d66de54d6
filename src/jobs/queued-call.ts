/**
 * The call of an accepted request. Settling it commits, in one transaction, what became of the request and the callback
 * that tells it; a large one settles part by part, each a callback of its own, and goes on there after a crash.
 */
import { settleRequest, type AcceptedRequest } from '../entities/transactions/accepted-request.repository.js';
import type { DataVault } from '../entities/database/data-vault.js';
import type { Database, Unit } from '../entities/database/database.js';
import { enqueueCallback } from '../entities/deliveries/delivery.repository.js';
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
  /** Action of the callback, and where it goes. */
  replyAction: string;
  target: string;
  /** Result → unsigned callback. */
  encode: (result: unknown) => JsonObject;
  /** Where a part is worked on while another is written. */
  ahead?: Ahead | undefined;
}

export interface Ahead {
  from: number;
  /** The part before, until it is committed. */
  before: Promise<void>;
  /** Begins the next part, or leaves it to the next claim. */
  begin: (next: number) => boolean;
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
    const turn = async (next: number | undefined): Promise<void> => {
      this.#held = next !== undefined && ahead?.begin(next) === true;
      await ahead?.before;
    };
    this.part = { from, maxItems: MAX_ITEMS, maxRecords: MAX_RECORDS, maxBytes: MAX_BYTES, turn };
  }

  /** It was admitted, and charged, when it was accepted. */
  async admit(): Promise<void> {}

  async settle(outcome: Outcome, unit?: Unit): Promise<void> {
    const envelope = this.facts.encode(outcome.result);
    if (unit === undefined) await this.services.database.transaction((own) => this.#commit(own, outcome, envelope));
    else await this.#commit(unit, outcome, envelope);
    this.settled = true;
  }

  async #commit(unit: Unit, outcome: Outcome, envelope: JsonObject): Promise<void> {
    const { vault, clock } = this.services;
    const { request, worker, replyAction, target } = this.facts;
    const { pages = 0, succeeded = false } = request.progress;
    const now = clock();
    const more = outcome.partial === true;
    const anySucceeded = succeeded || outcome.status === 'SUCCEEDED';
    const next = { itemsDone: outcome.itemsDone, pages: pages + 1, succeeded: anySucceeded };
    const whole = pages === 0 && !more;
    const place = `transaction:${request.id}:response`;
    // Sealed under the key of the request, which stands in the same row.
    const response = whole ? await vault.seal(request.senderId, this.receivedAt, place, envelope) : undefined;
    const step = {
      status: more ? ('PENDING' as const) : anySucceeded ? ('SUCCEEDED' as const) : outcome.status,
      statusReasonCode: outcome.statusReasonCode ?? null,
      statusReasonMessage: outcome.statusReasonMessage == null ? null : cutText(outcome.statusReasonMessage, 999),
      accessDecision: outcome.accessDecision,
      recordIds: outcome.recordIds ?? [],
      consentIds: outcome.consentIds ?? [],
      referenceIds: outcome.referenceIds ?? [],
      itemCount: outcome.itemCount,
      itemsDone: outcome.itemsDone,
      recordCount: outcome.recordCount,
      responseSealed: response?.sealed ?? null,
      next: more ? next : undefined,
      held: this.#held,
    };
    await settleRequest(unit, worker, request, step, now);
    const { senderId, registry, operation, id: requestId } = request;
    const { accessDecision, consentIds = [] } = outcome;
    const released = { operation, accessDecision, consentIds };
    const callback = {
      requestId,
      action: replyAction,
      page: pages + 1,
      senderId,
      registry,
      target,
      envelope,
      released,
    };
    await enqueueCallback(unit, vault, callback, now);
    request.progress = next;
  }
}
