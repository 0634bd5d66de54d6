/** Which client asks for a token, and its one proof: a secret, a signed assertion, or a certificate that a proxy vouches for. */
import type { Request } from 'express';
import { ASSERTION_TYPE, claimedClient, verifyAssertion } from '../access/client-assertion.js';
import { isRegistered } from '../access/client-certificate.js';
import type { KnownSender } from '../access/sender-directory.js';
import { secretMatches } from '../access/token.js';
import { useAssertion } from '../entities/senders/client-assertion.repository.js';
import { certificateOf } from './received.js';
import type { FacadeServices } from './services.js';
import { TokenRefused } from './token-refused.js';
import { senderKey } from './unknown-key.js';

export interface ProvenClient {
  sender: KnownSender;
  /** Of the certificate that proved it; the token is bound to it. */
  thumbprint?: string;
}

type Form = Record<string, unknown>;
type Proof = { clientId: string } & ({ secret: string } | { assertion: string } | { certificate: true });

/** Compared against when the client is unknown, so that both refusals cost the same. */
const NO_SECRET = Buffer.alloc(32).toString('base64url');
const CLIENT_ID = /^[\x21-\x7e]{1,255}$/;

/** @throws TokenRefused `invalid_client` in the same words for every cause; `invalid_request` for a malformed proof */
export async function authenticateClient(
  services: FacadeServices,
  request: Request,
  form: Form,
): Promise<ProvenClient> {
  const proof = readProof(request, form);
  const sender = CLIENT_ID.test(proof.clientId) ? await services.directory.byClientId(proof.clientId) : undefined;
  const proven = await check(services, request, proof, sender);
  if (sender === undefined || proven === undefined || sender.state !== 'ACTIVE')
    throw new TokenRefused(
      401,
      'invalid_client',
      'the client is unknown, not active, or did not prove itself: check client_id and its secret, key or certificate',
      proven === undefined ? undefined : sender?.senderId,
    );
  return { sender, ...proven };
}

/** What the proof adds to the token, or undefined where it does not hold. */
async function check(
  services: FacadeServices,
  request: Request,
  proof: Proof,
  sender: KnownSender | undefined,
): Promise<{ thumbprint?: string } | undefined> {
  if ('secret' in proof) return secretMatches(proof.secret, sender?.clientSecretHash ?? NO_SECRET) ? {} : undefined;
  if ('assertion' in proof) return (await assertionHolds(services, proof, sender)) ? {} : undefined;
  const certificate = certificateOf(request, services);
  if (certificate === undefined || sender === undefined) return undefined;
  return isRegistered(certificate, sender, services.clock()) ? { thumbprint: certificate.thumbprint } : undefined;
}

async function assertionHolds(
  services: FacadeServices,
  { assertion, clientId }: { assertion: string; clientId: string },
  sender: KnownSender | undefined,
): Promise<boolean> {
  const { publicUrl } = services.settings;
  const keyFor = async (kid: string | undefined) => {
    if (sender === undefined) return undefined;
    if (kid !== undefined) return senderKey(services, sender, kid);
    return sender.verificationKeys.size === 1 ? [...sender.verificationKeys.values()][0] : undefined;
  };
  try {
    await verifyAssertion(assertion, clientId, {
      audience: [publicUrl, `${publicUrl}/oauth2/token`, `${publicUrl}/oauth2/client/token`],
      now: services.clock(),
      keyFor,
      useOnce: (jti, expiresAt) => useAssertion(services.database, clientId, jti, expiresAt),
    });
    return true;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AssertionInvalid') throw error;
    services.log.info({ cause: error.cause ?? error.message }, 'a client assertion was refused');
    return false;
  }
}

/** RFC 6749 2.3: exactly one way of proof in a request. */
function readProof(request: Request, form: Form): Proof {
  const proofs = [basic(request), secretInForm(form), assertionInForm(form)].filter((proof) => proof !== undefined);
  const [proof, ...more] = proofs;
  if (more.length > 0) throw new TokenRefused(400, 'invalid_request', 'prove the client in one way, not in several');
  if (proof !== undefined) return proof;
  const clientId = text(form, 'client_id');
  if (clientId !== undefined) return { clientId, certificate: true };
  throw new TokenRefused(
    400,
    'invalid_request',
    'client_id and client_secret: send both, in the form or as HTTP Basic; or a client_assertion',
  );
}

function basic({ headers }: Request): Proof | undefined {
  const [scheme, credentials = ''] = (headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'basic') return undefined;
  const [clientId = '', ...secret] = Buffer.from(credentials, 'base64').toString('utf8').split(':');
  return { clientId: decode(clientId), secret: decode(secret.join(':')) };
}

function secretInForm(form: Form): Proof | undefined {
  const clientId = text(form, 'client_id');
  const secret = text(form, 'client_secret');
  return clientId !== undefined && secret !== undefined ? { clientId, secret } : undefined;
}

function assertionInForm(form: Form): Proof | undefined {
  if (form['client_assertion'] === undefined && form['client_assertion_type'] === undefined) return undefined;
  const assertion = text(form, 'client_assertion');
  if (assertion === undefined || form['client_assertion_type'] !== ASSERTION_TYPE)
    throw new TokenRefused(
      400,
      'invalid_request',
      `client_assertion: send a JWT, with client_assertion_type ${ASSERTION_TYPE}`,
    );
  const clientId = claimedClient(assertion) ?? '';
  const named = text(form, 'client_id');
  // A client id beside the assertion must be the one that it proves; the refusal is that of any failed proof.
  return { clientId: named === undefined || named === clientId ? clientId : '', assertion };
}

const text = (form: Form, name: string): string | undefined => {
  const value = form[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** RFC 6749 2.3.1: both halves are form-encoded inside the Basic credentials. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part.replaceAll('+', ' '));
  } catch {
    return part;
  }
}
