/** A message of the short form: the body itself, which names its sender and its registry. */
import type { ShortEndpoint, ShortMessage } from '../../messages/short-form/short-kind.js';
import { isObject } from '../../platform/plain-object.js';
import { refuseStrayConsent } from '../../protocol/consent/stray-consent.js';
import { parseJson } from '../../protocol/envelope/json.js';
import { RequestInvalid } from '../../protocol/errors.js';
import type { Exchange } from '../exchange.js';
import type { FacadeServices } from '../services.js';
import { decodeBody, fitting } from './body.check.js';

type Serving = Pick<FacadeServices, 'registries'>;

export function readShortMessage(
  exchange: Exchange<ShortMessage>,
  { registries }: Serving,
  endpoint: Pick<ShortEndpoint, 'parse' | 'defaultRegistry'>,
): void {
  const document = parseJson(decodeBody(exchange.request.body));
  if (!isObject(document)) throw new RequestInvalid('body: send a JSON object');
  refuseStrayConsent(document, 'body');
  exchange.document = document;
  const message = fitting(endpoint.parse(document), 'body');
  exchange.read = message;
  exchange.namedSender = message.senderId;
  const named = (name: string) => registries.byName(name) ?? registries.byPath(name);
  exchange.definition = named(message.registry ?? endpoint.defaultRegistry);
  // One of the two is not meant, and nobody is written down in a registry that is not.
  if (message.eventRegistry !== undefined && named(message.eventRegistry) !== exchange.definition)
    throw new RequestInvalid('event.registry: is another than registry; send one of them');
}

/** What registries there are is told to senders only. */
export function requireRegistry({ definition }: Exchange, { registries }: Serving): void {
  if (definition === undefined)
    throw new RequestInvalid(`registry: use one of ${registries.all.map(({ paths }) => paths[0]).join(', ')}`);
}
