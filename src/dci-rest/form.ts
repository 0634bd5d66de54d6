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
 * @param readFile consumes the file; what it throws is thrown
 * @returns the fields; of a repeated one the last
 * @throws RequestInvalid for a body that is no such form, or has more than one file
 */
export async function readForm(
  headers: IncomingHttpHeaders,
  body: AsyncIterable<Buffer>,
  fieldBytes: number,
  readFile: (file: FormFile) => Promise<void>,
): Promise<Map<string, string>> {
  const fields = new Map<string, string>();
  const failures: unknown[] = [];
  const files: { content: Readable; read: Promise<void> }[] = [];
  const form = openForm(headers, fieldBytes);
  form.on('field', (name, value, _, truncated) => {
    if (truncated) failures.push(new RequestInvalid('form: a field is too long'));
    fields.set(name, value);
  });
  form.on('file', (_, content, fileName, __, mimeType) => {
    const read = readFile({ fileName: fileName ?? '', mimeType, content });
    files.push({ content, read: read.catch((error: unknown) => void (failures.push(error), content.resume())) });
  });
  form.on('filesLimit', () => failures.push(new RequestInvalid('form: send one file')));
  form.on('error', (cause) => failures.push(malformed(cause)));
  const ended = Promise.race([once(form, 'finish'), once(form, 'error')]).catch(() => undefined);
  try {
    for await (const chunk of body) {
      if (failures.length > 0) break;
      // An error ends the waiting too, and is kept above.
      if (!form.write(chunk)) await once(form, 'drain').catch(() => undefined);
    }
    if (failures.length === 0) form.end();
    if (failures.length === 0) await ended;
  } catch (cause) {
    failures.push(cause instanceof ProtocolError ? cause : malformed(cause));
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
