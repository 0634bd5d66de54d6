/** Whether the message was signed by its sender, in the profile that the sender uses. */
import { SignatureMissing } from '../../protocol/errors.js';
import { hasHttpSignature, verifyHttpRequest, type HttpProof } from '../../protocol/signature/http.profile.js';
import { readSignature, verifyEnvelope } from '../../protocol/signature/signature.js';
import type { Exchange } from '../exchange.js';
import type { FacadeServices } from '../services.js';
import { senderKey } from '../unknown-key.js';

export async function verifySignature(exchange: Exchange, services: FacadeServices): Promise<void> {
  const { text, document, knownSender: sender } = exchange;
  if (sender.signatureProfile === 'HTTP') return verifyHttp(exchange, services);
  if (sender.signaturePolicy === 'OPTIONAL' && readSignature(sender.signatureProfile, document) === undefined) return;
  const keyFor = (kid: string) => senderKey(services, sender, kid);
  await verifyEnvelope(
    sender.signatureProfile,
    { text, document },
    { senderId: sender.senderId, keyFor, now: services.clock(), alone: services.admission.alone },
  );
  exchange.signed = true;
}

/** The `HTTP` profile (RFC 9421), also for forms without an envelope, where it is the only one. */
export async function verifyHttp(exchange: Exchange, services: FacadeServices): Promise<void> {
  const proof = await proveHttp(exchange, services);
  if (proof === undefined) return;
  exchange.nonce = proof.nonce;
  exchange.signed = true;
}

/** Of a file that is about to stream in: nothing of one is stored that nobody signed. Its digest is compared behind it. */
export async function verifyHttpAhead(exchange: Exchange, services: FacadeServices): Promise<void> {
  await proveHttp(exchange, services, true);
}

async function proveHttp(
  { knownSender: sender, request }: Exchange,
  services: FacadeServices,
  bodyToCome = false,
): Promise<HttpProof | undefined> {
  const { method, url, headers, body, bodyHash, codedHash } = request;
  if (!hasHttpSignature(headers)) {
    if (sender.signaturePolicy === 'OPTIONAL') return undefined;
    throw new SignatureMissing('Signature-Input and Signature: sign the request (RFC 9421) with a registered key');
  }
  const keyFor = (owner: string, kid: string) =>
    owner === sender.senderId ? senderKey(services, sender, kid) : Promise.resolve(undefined);
  const content = bodyHash === undefined ? body : { sha256: bodyHash };
  const coded = codedHash && { sha256: codedHash };
  const message = { method, targetUri: `${services.settings.publicUrl}${url}`, headers, body: content, coded };
  const { senderId } = sender;
  const { clock, admission } = services;
  return verifyHttpRequest(message, { senderId, keyFor, now: clock(), alone: admission.alone, bodyToCome });
}
