/** One request on its way through the checks: each check adds what it proved, handlers read it. */
import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { ClientCertificate } from '../access/client-certificate.js';
import type { Principal } from '../access/principal.js';
import type { TransactionChannel } from '../entities/transactions/transaction.repository.js';
import { uuidv7 } from '../platform/uuid.js';
import type { KnownSender } from '../access/sender-directory.js';
import type { QuotaState } from '../access/shared-quota.js';
import type { TokenClaims } from '../access/token.js';
import type { MessageContext, WireMessage } from '../messages/message-kind.js';
import type { RequestHeader } from '../protocol/envelope/envelope.schema.js';
import { canonicalJson, type Json, type JsonObject } from '../protocol/envelope/json.js';
import type { RegistryDefinition } from '../protocol/registries/definition.js';
import type { Operation } from '../protocol/vocabulary.js';

/** What the HTTP server hands over. */
export interface ReceivedRequest {
  method: string;
  /** Path and query as received. */
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** SHA-256 of a body that was streamed, and is not kept. */
  bodyHash?: Buffer | undefined;
  /** SHA-256 of a body as it was sent, where it was compressed. */
  codedHash?: Buffer | undefined;
  remoteAddress: string | undefined;
  /** Passed by a trusted proxy (mutual TLS). */
  certificate?: ClientCertificate | undefined;
}

/** @typeParam Message what its door reads out of the request */
export class Exchange<Message extends WireMessage = WireMessage> {
  readonly correlationId = uuidv7();
  readonly receivedAt: Date;
  /** Set by `requireToken`. */
  token?: TokenClaims;
  /** Set by `readBody` where the envelope is not the body itself. */
  content?: Buffer;
  /** Set by `readMessage`. */
  text = '';
  document: JsonObject = {};
  header?: RequestHeader;
  /** Whom the message names as its sender, not proven yet. */
  namedSender?: string | undefined;
  /** The message that fits its schema: set by `readMessage`, or by `decrypt` where it came encrypted. */
  read?: Message;
  /** Set by `requireSender`: proven by the token. */
  sender?: KnownSender;
  /** Set by `verifySignature`: false for a sandbox sender that left the message unsigned. */
  signed = false;
  /** Nonce of an HTTP signature. */
  nonce?: string;
  encrypted = false;
  /** Set by `limitBySender`: proven to come from its sender, whose quotas these are. */
  quotas?: QuotaState[];
  /** Points of its quota that were spent on the request itself, and that its first operation need not pay again. */
  paid = 0;

  constructor(
    readonly request: ReceivedRequest,
    /** Of the endpoint; in the short form of the message, once that is read. */
    public definition: RegistryDefinition | undefined,
    readonly operation: Operation | undefined,
    now: Date,
  ) {
    this.receivedAt = now;
  }

  /** The sender, after `requireSender`. */
  get knownSender(): KnownSender {
    if (this.sender === undefined) throw new Error('requireSender has not run');
    return this.sender;
  }

  /** The envelope's header, after `readMessage`. */
  get requestHeader(): RequestHeader {
    if (this.header === undefined) throw new Error('readMessage has not run');
    return this.header;
  }

  /** After `readMessage`, or `decrypt`. */
  get message(): Message {
    if (this.read === undefined) throw new Error('the message has not been read');
    return this.read;
  }

  /** What translation may look at beside the message. */
  get context(): MessageContext {
    return { definition: this.registry, header: this.requestHeader, sender: this.knownSender };
  }

  get registry(): RegistryDefinition {
    if (this.definition === undefined) throw new Error('this endpoint has no registry');
    return this.definition;
  }

  get principal(): Principal {
    return { kind: 'sender', sender: this.knownSender, scopes: this.token?.scopes ?? [] };
  }

  /** What is stored of the request: the envelope without its signature, the message in the clear. */
  get plainRequest(): JsonObject {
    return { header: (this.header ?? null) as Json, message: this.#plainMessage };
  }

  get #plainMessage(): Json {
    const received = this.encrypted ? undefined : this.document['message'];
    return received ?? (this.message.value as Json);
  }

  /**
   * Sameness of a repeated message id: the digest of `action` and `message`, not of header time or signature. What was sent
   * to another endpoint is another message, whose answer would have another form.
   */
  digest(action: string, channel: TransactionChannel): Buffer {
    const place = { channel, operation: this.operation ?? null, registry: this.definition?.registry ?? null };
    return hash('sha256', canonicalJson({ action, message: this.#plainMessage, place }), 'buffer');
  }
}

/** What goes back. */
export interface Reply {
  status: number;
  body: JsonObject;
  headers?: Record<string, string>;
}
