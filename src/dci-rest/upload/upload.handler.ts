/**
 * `upload/search` and `upload/verify`: a file streams in, its rows are staged, and only when it is proven whose it is are
 * they accepted as one message. A JSON file is a signed envelope; a CSV is proven by the HTTP signature of the request.
 */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Turns } from '../../access/turns.js';
import type { BulkOperation } from '../../protocol/search/bulk.js';
import { RequestInvalid } from '../../protocol/errors.js';
import { MessageSeen } from '../../use-cases/call.js';
import { protocolErrorOf } from '../../use-cases/errors.js';
import { accept, accepted, acceptedBefore, type Accepting } from '../accept-later.js';
import { checkAction } from '../checks/body.check.js';
import { pass } from '../checks/check.js';
import { uploadEndpoint, type UploadedMessage, type UploadEndpoint } from '../checks/upload.check.js';
import { CSV_BEGINS, UPLOAD, UPLOADED_CSV, UPLOADED_JSON } from '../doors.js';
import type { Exchange, Reply } from '../exchange.js';
import { readForm, type FormFile } from '../form.js';
import type { MessageKind } from '../../messages/message-kind.js';
import type { FacadeServices } from '../services.js';
import { readCsv } from './csv-rows.js';
import type { HeldFile, JsonBudget } from './json-budget.js';
import { StagedRows } from './staged-rows.js';
import { StreamedBody } from './streamed-body.js';

const FIELD_BYTES = 4096;

/** Of all files that come at once. */
export interface UploadRoom {
  json: JsonBudget;
  /** Files of one sender whose rows are taken. */
  csv: Turns;
}

export async function acceptUpload(
  kind: MessageKind,
  exchange: Exchange<UploadedMessage>,
  request: Readable,
  services: FacadeServices,
  room: UploadRoom,
): Promise<Reply> {
  const upload = new Upload(kind, exchange, services, room);
  return upload.accept(new StreamedBody(request, services.maxUploadBytes));
}

class Upload {
  readonly #endpoint: UploadEndpoint;
  readonly #operation: BulkOperation;
  #format = 'json';
  #fileHash = createHash('sha256');
  #rows: StagedRows | undefined;
  #held: HeldFile | undefined;
  #isOffered = false;

  constructor(
    private readonly kind: MessageKind,
    private readonly exchange: Exchange<UploadedMessage>,
    private readonly services: FacadeServices,
    private readonly room: UploadRoom,
  ) {
    this.#operation = kind.operation as BulkOperation;
    this.#endpoint = uploadEndpoint(kind.action, this.#operation, exchange.registry.registry);
  }

  async accept(body: StreamedBody): Promise<Reply> {
    const { exchange, services } = this;
    await pass(UPLOAD, exchange, services, undefined);
    this.#rows = new StagedRows(services, exchange.correlationId, exchange.knownSender.senderId);
    try {
      const fields = await this.#read(body);
      const commit = () => this.#commit(fields);
      return await (this.#held === undefined ? commit() : this.room.json.inTurn(commit));
    } catch (error) {
      if (!this.#mayBeAccepted(error)) await this.#rows.drop();
      return acceptedBefore(error);
    } finally {
      this.#held?.free();
    }
  }

  /** A fault of ours, or the end of its time, may come behind the commit that accepts it, or before it. */
  #mayBeAccepted(error: unknown): boolean {
    if (!this.#isOffered) return false;
    if (error instanceof MessageSeen) return error.stored.correlationId === this.exchange.correlationId;
    return (protocolErrorOf(error)?.status ?? 500) >= 500;
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
    if (this.#format === 'csv') await this.#takeCsv(chunks);
    else this.#held = await this.room.json.hold(this.exchange.knownSender.senderId, chunks);
  }

  async #takeCsv(chunks: Readable): Promise<void> {
    const { exchange, services, room } = this;
    await pass(CSV_BEGINS, exchange, services, undefined);
    await room.csv.during(exchange.knownSender.senderId, async () =>
      this.#rows?.take(readCsv(chunks, this.#operation)),
    );
  }

  async *#hashed(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of content) {
      this.#fileHash.update(chunk);
      yield chunk;
    }
  }

  async #commit(fields: Map<string, string>): Promise<Reply> {
    const { exchange, services, kind } = this;
    if (this.#format === 'csv') await this.#proveCsv(fields);
    else await this.#proveEnvelope();
    const { transactionId } = exchange.message;
    const { sender_uri: senderUri = fields.get('sender_uri') } = exchange.requestHeader;
    const input = {
      operation: kind.operation,
      registry: exchange.registry.registry,
      transactionId,
      senderUri,
      referenceIds: [],
      itemCount: this.#rows?.count ?? 0,
    };
    this.#isOffered = true;
    await accept(services, exchange, input, this.#facts(transactionId, senderUri));
    return accepted(exchange);
  }

  /** The rows are read once the envelope is proven. */
  async #proveEnvelope(): Promise<void> {
    const { exchange, services } = this;
    if (this.#held === undefined) throw new RequestInvalid('fileName: send the file');
    exchange.content = this.#held.content;
    await pass(UPLOADED_JSON, exchange, services, this.#endpoint);
    await this.#rows?.take([exchange.message.rows]);
  }

  #proveCsv(fields: Map<string, string>): Promise<void> {
    const form = { ...this.#endpoint, fields, rowCount: this.#rows?.count ?? 0 };
    return pass(UPLOADED_CSV, this.exchange, this.services, form);
  }

  #facts(transactionId: string, senderUri: string | undefined): Accepting {
    const { correlationId, registry, requestHeader: header } = this.exchange;
    const sha256 = this.#fileHash.digest('hex');
    const message = {
      transaction_id: transactionId,
      upload_id: correlationId,
      rows: this.#rows?.count ?? 0,
      file: { format: this.#format, sha256 },
    };
    const digest =
      this.#format === 'csv'
        ? createHash('sha256').update(`${registry.registry}\n${header.action}\n${sha256}`).digest()
        : this.exchange.digest(header.action, 'BULK');
    return {
      channel: 'BULK',
      messageId: header.message_id,
      action: header.action,
      digest,
      request: { header: { ...header, ...(senderUri === undefined ? {} : { sender_uri: senderUri }) }, message },
    };
  }
}
