/** The request that brings a message: time and signature are fresh at each attempt, message id and content are not. */
import type { KeyRing } from '../access/key-ring.js';
import { madeOfRow } from '../entities/database/row-fault.js';
import type { KnownSender } from '../access/sender-directory.js';
import { encryptWhereDue } from '../messages/outgoing.js';
import type { JsonObject } from '../protocol/envelope/json.js';
import { writeForms } from '../protocol/dialects/speak.js';
import type { RegistryDefinition } from '../protocol/registries/definition.js';
import { signHttpRequest } from '../protocol/signature/http.profile.js';
import { signEnvelope } from '../protocol/signature/signature.js';

export interface Signing {
  keyRing: KeyRing;
  serverId: string;
  publicUrl: string;
  now: Date;
}

export interface Destination {
  target: string;
  /** Undefined where its registry is not served any more. */
  definition: RegistryDefinition | undefined;
  authorization?: string | undefined;
  /** Of a notification. */
  event?: string | undefined;
}

export interface Outgoing {
  headers: Record<string, string>;
  body: Buffer;
}

/** Nothing leaves unsigned, or in the clear where it must not. @throws ServiceUnavailable when no key is active, EncryptionInvalid */
export async function signOutgoing(
  stored: JsonObject,
  sender: Pick<KnownSender, 'dialect' | 'signatureProfile' | 'jwsForm' | 'keys' | 'encryptReplies'>,
  { target, definition, authorization, event }: Destination,
  { keyRing, serverId, publicUrl, now }: Signing,
): Promise<Outgoing> {
  const spoken =
    definition === undefined
      ? stored
      : madeOfRow('a message in the form of its receiver', () =>
          writeForms(sender.dialect, stored, { definition, event, channel: 'CALLBACK', publicUrl }),
        );
  const envelope = await encryptWhereDue(spoken, sender);
  const key = await keyRing.signingKey();
  const options = { senderId: serverId, now, jwsForm: sender.jwsForm };
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'dci-gateway',
    ...(authorization === undefined ? {} : { authorization }),
  };
  if (sender.signatureProfile === 'HTTP') {
    const body = Buffer.from(JSON.stringify(envelope));
    const message = { method: 'POST', targetUri: new URL(target).href, headers, body };
    return { headers: { ...headers, ...signHttpRequest(message, key, options) }, body };
  }
  const { header = {}, message } = envelope;
  const signature = await signEnvelope(sender.signatureProfile, { header, message }, key, options);
  return { headers, body: Buffer.from(JSON.stringify({ signature, ...envelope })) };
}

/** The same message, sent now; a notification under its number for the subscriber. */
export function stampEnvelope(
  envelope: JsonObject,
  { messageId, notificationNumber }: { messageId: string; notificationNumber: number | null },
  now: Date,
): JsonObject {
  const header = envelope['header'] as JsonObject;
  const numbered: JsonObject =
    notificationNumber === null ? {} : { meta: { ...(header['meta'] as JsonObject), sequence: notificationNumber } };
  return { ...envelope, header: { ...header, message_id: messageId, message_ts: now.toISOString(), ...numbered } };
}

/** Whether all that `older` says stands in `newer` too: what was sent may be sent again only while it is so. */
export function covers(newer: unknown, older: unknown): boolean {
  if (typeof older !== 'object' || older === null) return newer === older;
  if (typeof newer !== 'object' || newer === null || Array.isArray(newer) !== Array.isArray(older)) return false;
  return Object.entries(older).every(([name, value]) => covers((newer as Record<string, unknown>)[name], value));
}
