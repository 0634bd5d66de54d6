/** Profile `OPENSPP`: as `DCI`, over the text that Python's json module makes, with a bare digest. */
import { RequestInvalid } from '../errors.js';
import { parseLossless, pythonJson, SourceNumber, type LosslessJson, type LosslessObject } from '../envelope/json.js';
import { signatureStringProfile } from './dci.profile.js';

export const opensppProfile = signatureStringProfile({
  received: ({ text }) => payloadOf(text),
  sent: ({ header, message }) => payloadOf(JSON.stringify({ header, message })),
  prefix: '',
});

function payloadOf(text: string): string {
  const { header, message } = membersOf(parseLossless(text));
  const envelope: LosslessObject = {};
  if (header !== undefined) envelope['header'] = header;
  if (message !== undefined) envelope['message'] = message;
  return pythonJson(envelope);
}

function membersOf(value: LosslessJson): LosslessObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof SourceNumber))
    return value;
  throw new RequestInvalid('body must be a JSON object');
}
