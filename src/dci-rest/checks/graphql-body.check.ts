/** A partner's GraphQL request is read as strictly as its messages are, so that a refusal of its form leaves a row too. */
import { z } from 'zod';
import { RequestInvalid } from '../../protocol/errors.js';
import { parseJson } from '../../protocol/envelope/json.js';
import { isObject } from '../../platform/plain-object.js';
import type { Exchange } from '../exchange.js';
import { decodeBody, parse } from './body.check.js';

const values = z.record(z.string(), z.unknown()).nullish();
const operation = z
  .object({ query: z.string().nullish(), operationName: z.string().nullish(), variables: values, extensions: values })
  .refine(({ query, extensions }) => query != null || extensions != null, { path: ['query'], error: 'is required' });

/** A GET has its operation in the URL. @throws RequestInvalid for a body that is no single operation */
export function readOperation(exchange: Exchange): void {
  const { method, body } = exchange.request;
  if (method !== 'POST') return;
  const document = parseJson(decodeBody(body));
  if (!isObject(document)) throw new RequestInvalid('body: send one operation as an object; there is no batching');
  parse(operation, document, 'body');
  exchange.document = document;
}
