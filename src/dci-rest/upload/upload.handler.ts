/**
 * `upload/search` and `upload/verify`: a file streams in, its rows are staged, and only when it is proven whose it is are
 * they accepted as one message. A JSON file is a signed envelope; a CSV is proven by the HTTP signature of the request.
 */
import { createHash, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { MessageSeen, type DirectCall } from '../../use-cases/call.js';
import { runDocument } from '../../graphql/run-document.js';
import { bulkMessage, readBulkMessage, type BulkMessage, type BulkOperation } from '../../protocol/search/bulk.js';
import type { RequestHeader } from '../../protocol/envelope/envelope.schema.js';
import { ContentTypeUnsupported, RequestInvalid } from '../../protocol/errors.js';
import { ack } from '../../protocol/envelope/reply.js';
import { ACCEPT } from '../async.handler.js';
import { checkAction } from '../body.check.js';
import {
  checkHeader,
  decrypt,
  requireSender,
  limitBySender,
  parse,
  readMessage,
  requireReplyKey,
  requireScope,
  requireToken,
  verifyHttp,
  verifySignature,
  type CheckedEndpoint,
} from '../checks.js';
import type { Exchange, Reply } from '../exchange.js';
import { isForm, readForm, type FormFile } from '../form.js';
import type { MessageKind } from '../../messages/message-kind.js';
import { callOf, contextFor } from '../partner-call.js';
import type { FacadeServices } from '../services.js';
import { readCsv } from './csv-rows.js';
import type { HeldFile, JsonBudget } from './json-budget.js';
import { StagedRows } from './staged-rows.js';
import { StreamedBody } from './streamed-body.js';

const FIELD_BYTES = 4096;

const ENVELOPE_CHECKS = [
  readMessage,
  requireSender,
  verifySignature,
  requireScope,
  decrypt,
  requireReplyKey,
  checkHeader,
  limitBySender,
];

export async function acceptUpload(
  kind: MessageKind,
  exchange: Exchange,
  request: Readable,
  services: FacadeServices,
  budget: JsonBudget,
): Promise<Reply> {
  const upload = new Upload(kind, exchange, services, budget);
  return upload.accept(new StreamedBody(request, services.maxUploadBytes));
}

class Upload {
  readonly #endpoint: CheckedEndpoint;
  readonly #operation: BulkOperation;
  #format = 'json';
  #fileHash = createHash('sha256');
  #rows: StagedRows | undefined;
  #held: HeldFile | undefined;

  constructor(
    private readonly kind: MessageKind,
    private readonly exchange: Exchange,
    private readonly services: FacadeServices,
    private readonly budget: JsonBudget,
  ) {
    this.#endpoint = { action: kind.action, message: bulkMessage };
    this.#operation = kind.operation as BulkOperation;
  }

  async accept(body: StreamedBody): Promise<Reply> {
    const { exchange, services } = this;
    if (!isForm(exchange.request.headers))
      throw new ContentTypeUnsupported('Content-Type: send multipart/form-data with action, fileFormat and fileName');
    await requireToken(exchange, services, this.#endpoint);
    await requireSender(exchange, services, this.#endpoint);
    this.#rows = new StagedRows(services, exchange.correlationId, exchange.knownSender.senderId);
    try {
      const fields = await this.#read(body);
      const commit = () => this.#commit(fields);
      return await (this.#held === undefined ? commit() : this.budget.inTurn(commit));
    } catch (error) {
      await this.#rows.drop();
      if (error instanceof MessageSeen) return accepted(error.stored.correlationId, error.stored.receivedAt);
      throw error;
    } finally {
      this.#held?.free();
    }
  }

  async #read(body: StreamedBody): Promise<Map<string, string>> {
    const { exchange, kind } = this;
    const fields = await readForm(exchange.request.headers, body, FIELD_BYTES, (file, before) =>
      this.#readFile(file, before),
    );
    exchange.request.bodyHash = body.digest();
    checkAction(fields, kind.action);
    if ((fields.get('fileFormat') ?? this.#format).toLowerCase() !== this.#format)
      throw new RequestInvalid('fileFormat: send it before the file');
    return fields;
  }

  async #readFile({ fileName, mimeType, content }: FormFile, before: ReadonlyMap<string, string>): Promise<void> {
    const isCsv = mimeType === 'text/csv' || /\.csv$/i.test(fileName);
    this.#format = (before.get('fileFormat') ?? (isCsv ? 'csv' : 'json')).toLowerCase();
    if (this.#format !== 'csv' && this.#format !== 'json') throw new RequestInvalid('fileFormat: send json or csv');
    const chunks = Readable.from(this.#hashed(content));
    if (this.#format === 'csv') await this.#rows?.take(readCsv(chunks, this.#operation));
    else this.#held = await this.budget.hold(chunks);
  }

  async *#hashed(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of content) {
      this.#fileHash.update(chunk);
      yield chunk;
    }
  }

  async #commit(fields: Map<string, string>): Promise<Reply> {
    const transactionId = this.#format === 'csv' ? await this.#proveCsv(fields) : await this.#proveEnvelope();
    const { exchange, services, kind } = this;
    const { sender_uri: senderUri = fields.get('sender_uri') } = exchange.requestHeader;
    const input = {
      operation: kind.operation,
      registry: exchange.registry.registry,
      transactionId,
      senderUri,
      referenceIds: [],
      itemCount: this.#rows?.count ?? 0,
    };
    const call = this.#call(transactionId, senderUri);
    await runDocument(services.schema, ACCEPT, { input }, contextFor(services, exchange, call));
    services.tail.nudge();
    // Behind the ACK, so that the callback does not overtake it.
    setImmediate(() => services.wake('process-requests'));
    return accepted(exchange.correlationId, exchange.receivedAt);
  }

  /** The rows are read once the envelope is proven. */
  async #proveEnvelope(): Promise<string> {
    const { exchange, services } = this;
    if (this.#held === undefined) throw new RequestInvalid('fileName: send the file');
    exchange.content = this.#held.content;
    for (const check of ENVELOPE_CHECKS) await check(exchange, services, this.#endpoint);
    const message = exchange.message as BulkMessage;
    await this.#rows?.take(readBulkMessage(message, this.#operation, exchange.registry.registry));
    return message.transaction_id;
  }

  async #proveCsv(fields: Map<string, string>): Promise<string> {
    const { exchange, services, kind } = this;
    await verifyHttp(exchange, services);
    const message = parse(bulkMessage, { transaction_id: fields.get('transaction_id') ?? randomUUID() }, 'form');
    exchange.message = message;
    exchange.header = {
      version: '1.0.0',
      message_id: (fields.get('message_id') ?? exchange.nonce ?? randomUUID()).slice(0, 255),
      message_ts: exchange.receivedAt.toISOString(),
      action: kind.action,
      sender_id: exchange.knownSender.senderId,
      total_count: this.#rows?.count ?? 0,
    } satisfies RequestHeader;
    await requireScope(exchange, services, this.#endpoint);
    await requireReplyKey(exchange, services, this.#endpoint);
    await limitBySender(exchange, services, this.#endpoint);
    return message.transaction_id;
  }

  #call(transactionId: string, senderUri: string | undefined): DirectCall {
    const { exchange, services } = this;
    const { receivedAt, correlationId, requestHeader: header } = exchange;
    const sha256 = this.#fileHash.digest('hex');
    const message = {
      transaction_id: transactionId,
      upload_id: correlationId,
      rows: this.#rows?.count ?? 0,
      file: { format: this.#format, sha256 },
    };
    const digest =
      this.#format === 'csv'
        ? createHash('sha256').update(`${exchange.registry.registry}\n${header.action}\n${sha256}`).digest()
        : exchange.digest(header.action, 'BULK');
    return callOf(services, exchange, {
      channel: 'BULK',
      messageId: header.message_id,
      action: header.action,
      digest,
      request: { header: { ...header, ...(senderUri === undefined ? {} : { sender_uri: senderUri }) }, message },
      dueAt: receivedAt,
      encode: () => undefined,
    });
  }
}

const accepted = (correlationId: string, receivedAt: Date): Reply => ({
  status: 202,
  body: ack(correlationId, receivedAt),
});
