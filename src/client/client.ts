/** `dci-gateway/client`: what a partner's program imports. */
import type { KeyObject } from 'node:crypto';
import { importPrivateKey, thumbprint } from '../protocol/signature/keys.js';
import type { SigningKey } from '../protocol/signature/signature.js';
import type { SignatureProfile } from '../protocol/vocabulary.js';
import { DciClient } from './dci-client.js';

export { DciClient, type ClientOptions, type Reply } from './dci-client.js';
export { CallRefused } from './call-refused.js';
export { createInbox, createReceiver } from './inbox.js';
export type { InboxAnswer, InboxMessage, InboxOptions, InboxRequest } from './inbox.js';
export type { NameValue, SearchOptions, SubscribeOptions } from './messages.js';
export { RemoteKeys } from './remote-keys.js';
export { ProtocolError } from '../protocol/errors.js';

export interface PartnerOptions {
  /** Of the registry, such as `https://registry.example.org`. */
  url: string;
  /** Your DCI sender id. */
  senderId: string;
  clientSecret: string;
  /** The sender id where left out. */
  clientId?: string;
  /** Your private key as PEM. */
  privateKey: string;
  /** Under which it is registered; its thumbprint where left out. */
  kid?: string;
  /** `DCI` where left out. */
  profile?: SignatureProfile;
  /** DCI id of the registry, where requests are to name it. */
  receiverId?: string;
  /** Encrypts requests; replies then come encrypted too and need `decryptionKey`. */
  encrypt?: boolean;
  decryptionKey?: KeyObject;
}

/**
 * @throws TypeError for an option that is missing, or an address that is none
 * @throws KeyInvalid for a private key that is none, or of a kind that signs nothing here
 */
export async function createClient({ privateKey, kid, url, ...options }: PartnerOptions): Promise<DciClient> {
  // From the environment they come undefined in spite of their types.
  for (const name of ['senderId', 'clientSecret'] as const)
    if (!options[name]) throw new TypeError(`${name}: is missing`);
  if (!/^https?:\/\/[^/]/.test(url)) throw new TypeError('url: write it as https://registry.example.org');
  return new DciClient({
    clientId: options.senderId,
    profile: 'DCI',
    clock: () => new Date(),
    ...options,
    url: url.replace(/(\/dci\/v1)?\/*$/, ''),
    key: await signingKey(privateKey, kid),
  });
}

/** Without `kid` a key goes by its thumbprint, as registries name it. */
export async function signingKey(pem: string, kid?: string): Promise<SigningKey> {
  const { algorithm, privateKey, publicJwk } = importPrivateKey(pem);
  return { kid: kid ?? (await thumbprint(publicJwk)), algorithm: algorithm as SigningKey['algorithm'], privateKey };
}
