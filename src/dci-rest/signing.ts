/** Signing what leaves: an answer without a signature does not leave. */
import type { KnownSender } from '../access/sender-directory.js';
import type { JsonObject } from '../protocol/envelope/json.js';
import { signHttpResponse, type SignatureHeaders } from '../protocol/signature/http.profile.js';
import { signEnvelope } from '../protocol/signature/signature.js';
import { writeForms } from '../protocol/dialects/speak.js';
import type { RegistryDefinition } from '../protocol/registries/definition.js';
import type { Reply } from './exchange.js';
import { encryptWhereDue } from '../messages/outgoing.js';
import type { FacadeServices } from './services.js';

/** A stored, unsigned envelope → the reply of status 200, in the sender's forms, encrypted where it must be, signed in the sender's profile. */
export async function signedReply(
  services: FacadeServices,
  sender: KnownSender,
  stored: JsonObject,
  definition: RegistryDefinition,
): Promise<Reply> {
  const { settings, admission, clock } = services;
  const spoken = writeForms(sender.dialect, stored, { definition, channel: 'REPLY', publicUrl: settings.publicUrl });
  const envelope = await encryptWhereDue(spoken, sender);
  if (sender.signatureProfile === 'HTTP') return httpSignedReply(services, envelope);
  const key = await services.keyRing.signingKey();
  const { header = {}, message } = envelope;
  const { jwsForm } = sender;
  const options = { senderId: settings.serverId, now: clock(), jwsForm, alone: admission.alone };
  const signature = await signEnvelope(sender.signatureProfile, { header, message }, key, options);
  return { status: 200, body: { signature, ...envelope } };
}

/** Signed in the headers, over the very bytes that `send` writes. */
export async function httpSignedReply(services: FacadeServices, body: JsonObject): Promise<Reply> {
  return { status: 200, body, headers: await httpSignature(services, { status: 200, body: bytesOf(body) }) };
}

/** The headers that sign a response in the HTTP profile. */
export async function httpSignature(
  services: FacadeServices,
  response: { status: number; body: Buffer },
): Promise<SignatureHeaders> {
  const key = await services.keyRing.signingKey();
  return signHttpResponse(response, key, { senderId: services.settings.serverId, now: services.clock() });
}

export const bytesOf = (body: JsonObject): Buffer => Buffer.from(JSON.stringify(body));
