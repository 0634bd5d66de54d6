/**
 * Protocol errors: one class per code of the specification's closed list (`Error.code`), each with the HTTP status it
 * travels under. The message goes to the partner; `cause` goes to the log only, under the same `errorId`.
 */
import { randomUUID } from 'node:crypto';

export abstract class ProtocolError extends Error {
  abstract readonly code: string;
  abstract readonly status: number;
  /** What partner and log share, so that a refusal can be looked up without repeating it. */
  readonly errorId: string = randomUUID();
  /** Seconds; sent as `Retry-After` where set. */
  readonly retryAfter?: number;
  /** How to prove oneself; sent as `WWW-Authenticate` where set (RFC 9110 11.6.1). */
  readonly challenge?: string;

  override get name(): string {
    return this.constructor.name;
  }
}

const define = (code: string, status: number) =>
  class extends ProtocolError {
    readonly code: string = code;
    readonly status: number = status;
  };

export class RequestInvalid extends define('err.request.bad', 400) {}
export class MethodNotAllowed extends define('err.request.bad', 405) {}
export class BodyTooLarge extends define('err.request.bad', 413) {}
/** An answer that would be too large; nothing of it leaves. */
export class AnswerTooLarge extends define('err.request.bad', 413) {}
export class ContentTypeUnsupported extends define('err.request.bad', 415) {}
export class TokenInvalid extends define('err.request.unauthorized', 401) {
  override readonly challenge: string = 'Bearer';
}
export class Forbidden extends define('err.request.forbidden', 403) {
  /** The access decision behind it, for our audit. */
  readonly decision: Record<string, unknown> | undefined;

  constructor(message: string, { decision, ...options }: ErrorOptions & { decision?: Record<string, unknown> } = {}) {
    super(message, options);
    this.decision = decision;
  }
}
export class NotFound extends define('err.request.not_found', 404) {}
export class VersionNotSupported extends define('err.version.not_supported', 400) {}
export class SenderInvalid extends define('err.sender_id.invalid', 400) {}
export class SenderUriInvalid extends define('err.sender_uri.invalid', 400) {}
export class ReceiverInvalid extends define('err.receiver_id.invalid', 400) {}
export class SignatureMissing extends define('err.signature.missing', 401) {}
/** Which part of a signature failed: for our audit; the partner reads words that give no key away. */
export type SignatureFault = 'FORM' | 'OWNER' | 'TIME' | 'DIGEST' | 'ALGORITHM' | 'KEY' | 'MATCH';

export class SignatureInvalid extends define('err.signature.invalid', 401) {
  readonly fault: SignatureFault;

  constructor(message: string, { fault = 'FORM', ...options }: ErrorOptions & { fault?: SignatureFault } = {}) {
    super(message, options);
    this.fault = fault;
  }
}
export class EncryptionInvalid extends define('err.encryption.invalid', 400) {}

export class TooManyRequests extends define('err.request.too_many_requests', 429) {
  constructor(
    message: string,
    override readonly retryAfter: number,
  ) {
    super(message);
  }
}

export class ServiceUnavailable extends define('err.service.unavailable', 503) {
  override readonly retryAfter: number = 5;
}

/**
 * A message refused as a whole for a reason that its header has a code for (protocol 2.4, 2.7): an envelope with status
 * `rjct` on synchronous endpoints, `err.request.bad` on asynchronous ones, whose list of codes has no better one.
 */
export abstract class HeaderRejected extends define('err.request.bad', 400) {
  abstract readonly reason: `rjct.${string}`;
}

/** A used `message_id` with another `action` or `message`. */
export class MessageIdDuplicate extends HeaderRejected {
  readonly reason = 'rjct.message_id.duplicate';
}

/** `total_count` is not the number of items, where that is asked for. */
export class TotalCountInvalid extends HeaderRejected {
  readonly reason = 'rjct.total_count.invalid';
}

/** More items than one message may carry. */
export class TotalCountExceeded extends HeaderRejected {
  readonly reason = 'rjct.total_count.limit_exceeded';
}

/** Why one item of a batch is refused: `status_reason_code` and `status_reason_message` of that item; never thrown to the wire. */
export class ItemRejected extends Error {
  constructor(
    readonly code: ItemReasonCode,
    message: string,
  ) {
    super(message);
  }
}

export type ItemReasonCode =
  | 'rjct.reference_id.invalid'
  | 'rjct.reference_id.duplicate'
  | 'rjct.timestamp.invalid'
  | 'rjct.search_criteria.invalid'
  | 'rjct.filter.invalid'
  | 'rjct.sort.invalid'
  | 'rjct.pagination.invalid'
  | 'rjct.search.too_many_records_found'
  | 'rjct.notify_types.invalid'
  | 'rjct.notify_details.invalid'
  | 'rjct.person_id.invalid'
  | 'rjct.event.already_subscribed'
  | 'rjct.subscription_code.invalid'
  | 'rjct.requester.invalid'
  | 'rjct.event.already_unsubscribed';
