/** What is asked of an uploaded file: an envelope's message with its rows, or the fields of a form that take its place. */
import { randomUUID } from 'node:crypto';
import { parseAs, type Parsed, type WireMessage } from '../../messages/message-kind.js';
import type { RequestHeader } from '../../protocol/envelope/envelope.schema.js';
import { bulkMessage, readBulkMessage, type BulkOperation, type BulkRow } from '../../protocol/search/bulk.js';
import type { Registry } from '../../protocol/vocabulary.js';
import type { Exchange } from '../exchange.js';
import { fitting } from './body.check.js';
import { cutText } from '../../protocol/text.js';

export interface UploadedMessage extends WireMessage {
  /** Of an envelope; those of a CSV are staged by then. */
  rows: Iterable<BulkRow>;
}

export interface UploadEndpoint {
  action: string;
  receiver?: never;
  parse: (value: unknown) => Parsed<UploadedMessage>;
}

export const uploadEndpoint = (action: string, operation: BulkOperation, registry: Registry): UploadEndpoint => ({
  action,
  parse: (value) =>
    parseAs(bulkMessage, value, (message) => ({
      value: message,
      transactionId: message.transaction_id,
      rows: readBulkMessage(message, operation, registry),
    })),
});

export interface CsvForm extends UploadEndpoint {
  fields: ReadonlyMap<string, string>;
  rowCount: number;
}

export function readCsvForm(exchange: Exchange<UploadedMessage>, _: unknown, form: CsvForm): void {
  const { action, fields, rowCount } = form;
  exchange.read = fitting(form.parse({ transaction_id: fields.get('transaction_id') ?? randomUUID() }), 'form');
  exchange.header = {
    version: '1.0.0',
    message_id: cutText(fields.get('message_id') ?? exchange.nonce ?? randomUUID(), 255),
    message_ts: exchange.receivedAt.toISOString(),
    action,
    sender_id: exchange.knownSender.senderId,
    total_count: rowCount,
  } satisfies RequestHeader;
}
