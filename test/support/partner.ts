/** A real partner: registered with keys and agreement, gets its token, signs what it sends. */
import { generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import { signHttpRequest } from '../../src/protocol/signature/http.profile.js';
import { signEnvelope, type SigningKey } from '../../src/protocol/signature/signature.js';
import type { SignatureAlgorithm } from '../../src/protocol/signature/algorithm.js';
import { OPERATIONS, type SignatureProfile } from '../../src/protocol/vocabulary.js';
import type { TestGateway } from './gateway.js';
import { replyProblems } from './specification.js';

export interface PartnerOptions {
  senderId?: string;
  sender?: Record<string, unknown>;
  algorithm?: SignatureAlgorithm;
  profile?: SignatureProfile;
  /** One agreement per registry; `undefined` = all of SOCIAL, `[]` = none. */
  agreements?: Record<string, unknown>[];
  /** Called with everything that this partner is answered. */
  /** Whether answers must be as the specification has them; a vendor's form is not. */
  strict?: boolean;
  onAnswer?: (path: string, answer: Answer) => void;
}

export interface Answer {
  status: number;
  headers: Headers;
  // Tests reach deep into replies whose shape they assert.
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any;
}

export interface Partner {
  senderId: string;
  clientId: string;
  clientSecret: string;
  key: SigningKey;
  token: string;
  /** A header with all that is required; `overrides` replaces members. */
  header(action: string, overrides?: JsonObject): JsonObject;
  /** header + message, signed in the partner's profile. */
  envelope(action: string, message: JsonObject, overrides?: JsonObject): Promise<JsonObject>;
  /** Signs and posts an envelope to `/dci/v1/{path}`. */
  send(path: string, action: string, message: JsonObject, overrides?: JsonObject): Promise<Answer>;
  /** Posts a body as it is, with the partner's token. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Posts with an HTTP message signature (short form, GraphQL). */
  postHttpSigned(path: string, body: unknown): Promise<Answer>;
  /** The same partner with another of its tokens. */
  withToken(token: string): Partner;
}

const KEYS: Record<SignatureAlgorithm, () => { publicKey: KeyObject; privateKey: KeyObject }> = {
  ed25519: () => generateKeyPairSync('ed25519'),
  'rsa-sha256': () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  'ecdsa-sha256': () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
};

export async function createPartner(
  gateway: Pick<TestGateway, 'url' | 'admin'>,
  options: PartnerOptions = {},
): Promise<Partner> {
  const { senderId = `partner-${randomUUID().slice(0, 8)}`, algorithm = 'ed25519', profile = 'DCI' } = options;
  const { publicKey, privateKey } = KEYS[algorithm]();
  const { createSender } = await gateway.admin<{ createSender: { clientId: string; clientSecret: string } }>(
    `mutation ($input: CreateSenderInput!) { createSender(input: $input) { clientId clientSecret } }`,
    {
      input: {
        senderId,
        name: senderId,
        allowedOperations: OPERATIONS,
        registries: ['SOCIAL', 'CRVS', 'DR', 'FR', 'IBR', 'ESS'],
        callbackHosts: ['127.0.0.1'],
        signatureProfile: profile,
        ...options.sender,
      },
    },
  );
  await gateway.admin(
    `mutation ($senderId: String!, $input: SenderKeyInput!) { addSenderKey(senderId: $senderId, input: $input) { kid } }`,
    { senderId, input: { kid: 'key-1', publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }) } },
  );
  for (const agreement of options.agreements ?? [{}])
    await gateway.admin(`mutation ($input: CreateAgreementInput!) { createAgreement(input: $input) { id } }`, {
      input: {
        senderId,
        registry: 'SOCIAL',
        operations: OPERATIONS,
        fields: ['*'],
        legalBasis: 'PUBLIC_TASK',
        ...agreement,
      },
    });
  const key: SigningKey = { kid: 'key-1', algorithm, privateKey };
  const token = await fetchToken(gateway.url, createSender.clientId, createSender.clientSecret);
  return partnerOf(gateway.url, { senderId, ...createSender, key, token, profile }, options);
}

export async function fetchToken(url: string, clientId: string, clientSecret: string, scope = ''): Promise<string> {
  const response = await fetch(`${url}/oauth2/client/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      ...(scope === '' ? {} : { scope }),
    }),
  });
  const body = (await response.json()) as { access_token?: string };
  return body.access_token ?? '';
}

interface Known {
  senderId: string;
  clientId: string;
  clientSecret: string;
  key: SigningKey;
  token: string;
  profile: SignatureProfile;
}

function partnerOf(url: string, known: Known, options: Pick<PartnerOptions, 'onAnswer' | 'strict'> = {}): Partner {
  const { senderId, key, token, profile } = known;
  const post: Partner['post'] = async (path, body, headers = {}) => {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const answer: Answer = { status: response.status, headers: response.headers, body: await response.json() };
    options.onAnswer?.(path, answer);
    // Every reply that any test gets is one that the specification allows.
    const problems = options.strict === false ? [] : replyProblems(path, answer.status, answer.body);
    if (problems.length > 0)
      throw new Error(`${path} answered ${answer.status}, against the specification:\n${problems.join('\n')}`);
    return answer;
  };
  const postHttpSigned: Partner['postHttpSigned'] = (path, body) => {
    const authorization = `Bearer ${token}`;
    const text = JSON.stringify(body);
    const message = { method: 'POST', targetUri: `${url}${path}`, headers: { authorization }, body: Buffer.from(text) };
    return post(path, text, { ...signHttpRequest(message, key, { senderId, now: new Date(), nonce: randomUUID() }) });
  };
  const header: Partner['header'] = (action, overrides = {}) => ({
    version: '1.0.0',
    message_id: randomUUID(),
    message_ts: new Date().toISOString(),
    action,
    sender_id: senderId,
    receiver_id: 'dci-gateway',
    total_count: 1,
    ...overrides,
  });
  const envelope: Partner['envelope'] = async (action, message, overrides) => {
    const unsigned = { header: header(action, overrides), message };
    if (profile === 'HTTP') return unsigned;
    return { signature: await signEnvelope(profile, unsigned, key, { senderId, now: new Date() }), ...unsigned };
  };
  const send: Partner['send'] = async (path, action, message, overrides) => {
    const body = await envelope(action, message, overrides);
    return profile === 'HTTP' ? postHttpSigned(`/dci/v1/${path}`, body) : post(`/dci/v1/${path}`, body);
  };
  const withToken: Partner['withToken'] = (other) => partnerOf(url, { ...known, token: other }, options);
  return { ...known, header, envelope, send, post, postHttpSigned, withToken };
}

/** One search item by identifier. */
export function searchById(value: string, type = 'UIN', reference = randomUUID()): JsonObject {
  return {
    transaction_id: randomUUID(),
    search_request: [
      {
        reference_id: reference,
        timestamp: new Date().toISOString(),
        search_criteria: { query_type: 'idtype-value', query: { type, value } },
      },
    ],
  };
}
