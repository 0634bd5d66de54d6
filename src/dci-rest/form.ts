/** `multipart/form-data` as it streams in (FileInfo, protocol 1.3): some short fields and one file. */
import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import { ProtocolError, RequestInvalid } from '../protocol/errors.js';

export interface FormFile {
  fileName: string;
  mimeType: string;
  content: Readable;
}

const MAX_FIELDS = 20;

export const isForm = (headers: IncomingHttpHeaders): boolean =>
  /^multipart\/form-data\s*;/i.test(headers['content-type'] ?? '');

/**
 * Reads a form to its end.
 *
 * @param body its bytes, in order
 * @param readFile consumes the file, and may look at the fields that came before it; what it throws is thrown
 * @returns the fields; of a repeated one the last
 * @throws RequestInvalid for a body that is no such form, or has more than one file
 */
export async function readForm(
  headers: IncomingHttpHeaders,
  body: AsyncIterable<Buffer>,
  fieldBytes: number,
  readFile: (file: FormFile, fieldsBefore: ReadonlyMap<string, string>) => Promise<void>,
): Promise<Map<string, string>> {
  const fields = new Map<string, string>();
  const failures: unknown[] = [];
  const failed = Promise.withResolvers<void>();
  const fail = (failure: unknown): void => {
    failures.push(failure);
    failed.resolve();
  };
  const files: { content: Readable; read: Promise<void> }[] = [];
  const form = openForm(headers, fieldBytes);
  form.on('field', (name, value, _, truncated) => {
    if (truncated) fail(new RequestInvalid('form: a field is too long'));
    fields.set(name, value);
  });
  form.on('file', (_, content, fileName, __, mimeType) => {
    const read = readFile({ fileName: fileName ?? '', mimeType, content }, fields);
    files.push({ content, read: read.catch(fail) });
  });
  form.on('filesLimit', () => fail(new RequestInvalid('form: send one file')));
  form.on('error', (cause) => fail(malformed(cause)));
  const ended = once(form, 'finish').catch(() => undefined);
  try {
    for await (const chunk of body) {
      if (failures.length > 0) break;
      if (!form.write(chunk)) await Promise.race([once(form, 'drain').catch(() => undefined), failed.promise]);
    }
    if (failures.length === 0) form.end();
    await Promise.race([ended, failed.promise]);
  } catch (cause) {
    fail(cause instanceof ProtocolError ? cause : malformed(cause));
  }
  for (const { content, read } of files) {
    if (failures.length > 0) content.destroy();
    await read;
  }
  if (failures.length > 0) throw failures[0];
  return fields;
}

function openForm(headers: IncomingHttpHeaders, fieldSize: number): BusboyInstance {
  try {
    return new Busboy({
      headers: { ...headers, 'content-type': headers['content-type'] ?? '' },
      limits: { files: 1, fields: MAX_FIELDS, parts: MAX_FIELDS + 1, fieldNameSize: 100, fieldSize, headerPairs: 20 },
    });
  } catch (cause) {
    throw malformed(cause);
  }
}

/** The parser's own words may repeat what was sent. */
const malformed = (cause: unknown): RequestInvalid =>
  new RequestInvalid('form: is not well-formed multipart/form-data, or was cut off', { cause });
