/** Where an envelope stands in a request: in the body itself, or in the file of a form (FileInfo, protocol 1.3). */
import { Readable } from 'node:stream';
import { ContentTypeUnsupported, RequestInvalid } from '../protocol/errors.js';
import type { Check } from './checks.js';
import { isForm, readForm } from './form.js';

export const requireBodyType: Check = ({ request: { headers } }, _, { jsonOnly = false }) => {
  const [type = ''] = (headers['content-type'] ?? '').split(';');
  if (type.trim().toLowerCase() === 'application/json' || (!jsonOnly && isForm(headers))) return;
  throw new ContentTypeUnsupported(
    `Content-Type: send application/json${jsonOnly ? '' : ', or multipart/form-data with action and fileName'}`,
  );
};

export const readFormFile: Check = async (exchange, _, { action }) => {
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
};

export function checkAction(fields: Map<string, string>, action: string): void {
  if (fields.get('action') !== action) throw new RequestInvalid(`action: this path takes ${action}`);
}
