/** Where a message stands in a request: in the body itself, or in the file of a form (FileInfo, protocol 1.3). */
import { Readable } from 'node:stream';
import type { z } from 'zod';
import type { Parsed } from '../../messages/message-kind.js';
import { readWire } from '../../protocol/envelope/absent.js';
import { describeProblem } from '../../protocol/envelope/envelope.schema.js';
import { ContentTypeUnsupported, RequestInvalid } from '../../protocol/errors.js';
import type { Exchange } from '../exchange.js';
import { isForm, readForm } from '../form.js';

const isJson = ({ request: { headers } }: Exchange): boolean => {
  const [type = ''] = (headers['content-type'] ?? '').split(';');
  return type.trim().toLowerCase() === 'application/json';
};

export function requireJson(exchange: Exchange): void {
  if (!isJson(exchange)) throw new ContentTypeUnsupported('Content-Type: send application/json');
}

export function requireBodyType(exchange: Exchange, _: unknown, { jsonOnly = false }: { jsonOnly?: boolean }): void {
  if (isJson(exchange) || (!jsonOnly && isForm(exchange.request.headers))) return;
  throw new ContentTypeUnsupported(
    `Content-Type: send application/json${jsonOnly ? '' : ', or multipart/form-data with action and fileName'}`,
  );
}

/** Its file is read as it streams in, by whoever comes next. */
export function requireForm({ request: { headers } }: Exchange): void {
  if (!isForm(headers))
    throw new ContentTypeUnsupported('Content-Type: send multipart/form-data with action, fileFormat and fileName');
}

export async function readFormFile(exchange: Exchange, _: unknown, { action }: { action: string }): Promise<void> {
  const { headers, body } = exchange.request;
  if (!isForm(headers)) return;
  let file: Buffer | undefined;
  const fields = await readForm(headers, Readable.from([body]), body.length, async ({ content }) => {
    file = Buffer.concat(await content.toArray());
  });
  checkAction(fields, action);
  if ((fields.get('fileFormat') ?? 'json').toLowerCase() !== 'json')
    throw new RequestInvalid('fileFormat: this endpoint takes json; csv is for upload/search and upload/verify');
  const text = fields.get('fileName');
  if (file === undefined && text === undefined)
    throw new RequestInvalid('fileName: send the file with signature, header and message');
  exchange.content = file ?? Buffer.from(text ?? '');
}

export function checkAction(fields: ReadonlyMap<string, string>, action: string): void {
  if (fields.get('action') !== action) throw new RequestInvalid(`action: this path takes ${action}`);
}

/** Strict: a byte that is no UTF-8 would otherwise be replaced, and the signature checked over another text. */
export function decodeBody(body: Buffer): string {
  try {
    return utf8.decode(body);
  } catch {
    throw new RequestInvalid('body: is not UTF-8');
  }
}
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @throws RequestInvalid that names the field below `root` */
export const parse = <T>(schema: z.ZodType<T>, value: unknown, root: string): T =>
  fitting(readWire(schema, value), root);

/** @throws RequestInvalid where it was not read */
export function fitting<T>(parsed: Parsed<T>, root: string): T {
  if (!parsed.success) throw new RequestInvalid(describeProblem(parsed.error, root));
  return parsed.data;
}
