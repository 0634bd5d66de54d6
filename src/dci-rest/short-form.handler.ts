/** `/dci/v1/search`, `verify`, `subscribe`, `unsubscribe` and `notify`: the same use cases as the standard form, signed in the HTTP profile. */
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { PushAnswer } from '../protocol/notify/enrollment.js';
import { RequestInvalid } from '../protocol/errors.js';
import { parseJson, type JsonObject } from '../protocol/envelope/json.js';
import { shortNotify, type ShortNotify } from '../protocol/notify/received.schema.js';
import { readShortNotify } from '../protocol/notify/received.translate.js';
import type { RegistryDefinition } from '../protocol/registries/definition.js';
import { readShortSearch, readShortVerify, writeShortSearch } from '../protocol/short-form/short-form.js';
import {
  shortSearch,
  shortSubscribe,
  shortUnsubscribe,
  shortVerify,
  type ShortSearch,
  type ShortSubscribe,
  type ShortUnsubscribe,
  type ShortVerify,
} from '../protocol/short-form/short-form.schema.js';
import {
  readShortSubscribe,
  readShortUnsubscribe,
  writeShortSubscribe,
  writeShortUnsubscribe,
} from '../protocol/short-form/short-form.subscribe.js';
import type { SubscribeAnswer, UnsubscribeAnswer } from '../protocol/subscribe/subscription.js';
import type { SearchAnswer } from '../protocol/search/search.translate.js';
import { WIRE_STATUS, type Operation } from '../protocol/vocabulary.js';
import { defineDocument, type NamedDocument } from '../graphql/run-document.js';
import type { VerifyResult } from '../graphql/verify/verify.types.js';
import {
  decodeBody,
  requireSender,
  isObject,
  limitBySender,
  parse,
  requireClearReply,
  requireJson,
  requireToken,
  verifyHttp,
} from './checks.js';
import type { Exchange, Reply } from './exchange.js';
import { answer } from './partner-call.js';
import { NOTIFY } from '../messages/receivers/receivers.kinds.js';
import { SEARCH } from '../messages/search/search.kind.js';
import { SUBSCRIBE } from '../messages/subscribe/subscribe.kind.js';
import { UNSUBSCRIBE } from '../messages/subscribe/unsubscribe.kind.js';
import type { FacadeServices } from './services.js';
import { httpSignedReply } from './signing.js';

const VERIFY = defineDocument(`mutation Verify($input: VerifyInput!) { verify(input: $input) { correlationId } }`);

export interface ShortEndpoint {
  path: string;
  operation: Operation;
  defaultRegistry: string;
  schema: z.ZodType;
  document: NamedDocument;
  /** Wire → variables of the document. */
  read: (message: never, definition: RegistryDefinition) => unknown;
  /** Result → wire. */
  write: (result: never) => JsonObject;
}

export const SHORT_ENDPOINTS: ShortEndpoint[] = [
  {
    path: '/search',
    operation: 'SEARCH',
    defaultRegistry: 'SOCIAL',
    schema: shortSearch,
    document: SEARCH,
    read: (message: ShortSearch, definition) => readShortSearch(message, definition),
    write: (result: SearchAnswer) => {
      const [item] = result.items;
      // There is one question, so its refusal is the request's.
      if (item?.status === 'REJECTED')
        throw new RequestInvalid(`search_criteria: ${item.reasonCode}, ${item.reasonMessage}`);
      return writeShortSearch(result);
    },
  },
  {
    path: '/verify',
    operation: 'VERIFY',
    defaultRegistry: 'SOCIAL',
    schema: shortVerify,
    document: VERIFY,
    read: (message: ShortVerify, definition) => readShortVerify(message, definition),
    write: ({ transactionId, correlationId, status, found, verified }: VerifyResult) => ({
      transaction_id: transactionId,
      correlation_id: correlationId,
      status: WIRE_STATUS[status],
      found,
      verified,
    }),
  },
  {
    path: '/subscribe',
    operation: 'SUBSCRIBE',
    defaultRegistry: 'CRVS',
    schema: shortSubscribe,
    document: SUBSCRIBE,
    read: (message: ShortSubscribe, definition) => readShortSubscribe(message, definition),
    write: (result: SubscribeAnswer) => writeShortSubscribe(result),
  },
  {
    path: '/unsubscribe',
    operation: 'UNSUBSCRIBE',
    defaultRegistry: 'CRVS',
    schema: shortUnsubscribe,
    document: UNSUBSCRIBE,
    read: (message: ShortUnsubscribe, definition) => readShortUnsubscribe(message, definition),
    write: (result: UnsubscribeAnswer) => writeShortUnsubscribe(result),
  },
  {
    path: '/notify',
    operation: 'NOTIFY',
    defaultRegistry: 'CRVS',
    schema: shortNotify,
    document: NOTIFY,
    read: (message: ShortNotify, definition) => readShortNotify(message, definition.registry),
    write: ({ transactionId, correlationId, items: [item] }: PushAnswer) => ({
      transaction_id: transactionId,
      correlation_id: correlationId,
      status: WIRE_STATUS.RECEIVED,
      // Received in any case; why nothing came of it, or less than was told.
      ...(item?.reason === undefined ? {} : { status_reason_message: item.reason }),
    }),
  },
];

/** What every short message has. */
interface ShortMessage {
  sender_id: string;
  registry?: string;
  event?: { registry?: string };
}

export async function answerShortForm(
  endpoint: ShortEndpoint,
  exchange: Exchange,
  services: FacadeServices,
): Promise<Reply> {
  const checked = { action: endpoint.path.slice(1), message: endpoint.schema };
  await requireJson(exchange, services, checked);
  await requireToken(exchange, services, checked);
  const document = parseJson(decodeBody(exchange.request.body));
  if (!isObject(document)) throw new RequestInvalid('body: send a JSON object');
  exchange.document = document;
  const message = parse(endpoint.schema, document, 'body') as ShortMessage;
  exchange.message = message;
  exchange.definition = findRegistry(services, endpoint, message);
  exchange.header = { sender_id: message.sender_id } as Exchange['header'];
  await requireSender(exchange, services, checked);
  await verifyHttp(exchange, services);
  await requireClearReply(exchange, services, checked);
  await limitBySender(exchange, services, checked);
  const definition = requireRegistry(exchange, services);
  const body = await answer(services, exchange, endpoint.document, endpoint.read(message as never, definition), {
    channel: 'SHORT',
    action: checked.action,
    messageId: exchange.nonce ?? randomUUID(),
    request: document,
    digest: exchange.digest(checked.action, 'SHORT'),
    encode: (result) => endpoint.write(result as never),
  });
  return exchange.signed ? httpSignedReply(services, body) : { status: 200, body };
}

function findRegistry(
  { registries }: FacadeServices,
  { defaultRegistry }: ShortEndpoint,
  { registry, event }: ShortMessage,
): RegistryDefinition | undefined {
  const name = registry ?? event?.registry ?? defaultRegistry;
  return registries.byName(name) ?? registries.byPath(name);
}

function requireRegistry({ definition }: Exchange, { registries }: FacadeServices): RegistryDefinition {
  if (definition === undefined)
    throw new RequestInvalid(`registry: use one of ${registries.all.map(({ paths }) => paths[0]).join(', ')}`);
  return definition;
}
