/** One question through each of the doors, and what came back, in one form. */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import type { JSONWebKeySet } from 'jose';
import { decryptMessage, encryptMessage } from '../../src/protocol/envelope/encryption.js';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import { signHttpRequest } from '../../src/protocol/signature/http.profile.js';
import { importPublicKey } from '../../src/protocol/signature/keys.js';
import type { TestGateway } from '../support/gateway.js';
import type { Inbox } from '../support/inbox.js';
import type { Answer, Partner } from '../support/partner.js';
import { at, type Kind } from './kinds.js';
import type { Data } from './world.js';

export interface Asked {
  kind: Pick<Kind, 'registry' | 'path' | 'recordType' | 'person'>;
  /** Attribute or type of identifier → value. */
  where: Record<string, string>;
  purpose: string | null;
}

export type Told = { refused: true; text: string } | { refused: false; records: Data[]; total: number; text: string };

export interface Caller {
  partner: Partner;
  inbox: Inbox;
  gatewayUrl: string;
  /** What came encrypted to its key. */
  decrypt: (message: JsonObject) => Promise<JsonObject>;
  /** Told of every answer that comes. */
  onAnswer: (path: string, answer: Answer) => void;
}

type Door = (caller: Caller, asked: Asked) => Promise<Told>;

const envelope = (asked: Asked, query: JsonObject): JsonObject => ({
  transaction_id: randomUUID(),
  search_request: [
    {
      reference_id: 'r',
      timestamp: new Date().toISOString(),
      search_criteria: {
        reg_record_type: asked.kind.recordType,
        ...query,
        pagination: { page_size: 100, page_number: 1 },
        ...(asked.purpose === null ? {} : { authorize: { purpose: { code: asked.purpose } } }),
      },
    },
  ],
});

const expressionOf = ({ where }: Asked): JsonObject => ({
  query_type: 'expression',
  query: {
    type: 'ns:org:QueryType:expression',
    value: { expression: { query: { $and: Object.entries(where).map(([name, $eq]) => ({ [name]: { $eq } })) } } },
  },
});
const predicateOf = ({ where }: Asked): JsonObject => ({
  query_type: 'predicate',
  query: Object.entries(where).map(([attribute_name, attribute_value], index) => ({
    seq_num: index + 1,
    expression1: { attribute_name, operator: 'eq', attribute_value },
  })),
});
const idtypeOf = ({ where }: Asked): JsonObject => {
  const [[type, value] = ['', '']] = Object.entries(where);
  return { query_type: 'idtype-value', query: { type, value } };
};
/** Selects the part with the name; what else was agreed must not come. */
const graphqlOf = ({ where, kind }: Asked): JsonObject => {
  const [[type, value] = ['', '']] = Object.entries(where);
  const field = kind.recordType.charAt(0).toLowerCase() + kind.recordType.slice(1);
  const expression = `{ ${field}(${type}: "${value}") { ${selected(kind)} } }`;
  return { query_type: 'graphql', query: { type: 'ns:org:QueryType:graphql', value: { expression } } };
};
export const selected = (kind: Pick<Kind, 'person'>): string => at(kind.person, 'name').split('.')[0] as string;

const sync =
  (query: (asked: Asked) => JsonObject): Door =>
  async ({ partner }, asked) =>
    readEnvelope(
      await partner.send(`${asked.kind.path}/registry/sync/search`, 'search', envelope(asked, query(asked))),
    );

/** Asked and answered encrypted (protocol 6.4); the text that is read is what was inside. */
const encrypted: Door = async ({ partner, gatewayUrl, decrypt }, asked) => {
  const published = await fetch(`${gatewayUrl}/.well-known/jwks.json`);
  if (!published.ok) return { refused: true, text: await published.text() };
  const { keys } = (await published.json()) as JSONWebKeySet;
  const jwk = keys.find(({ use }) => use === 'enc');
  const { algorithm, publicJwk } = importPublicKey({ jwk, use: 'ENC' });
  const to = { kid: jwk?.kid ?? '', algorithm: algorithm as 'RSA-OAEP-256', publicJwk };
  const message = (await encryptMessage(envelope(asked, expressionOf(asked)), to)) as unknown as JsonObject;
  const path = `${asked.kind.path}/registry/sync/search`;
  const answer = await partner.send(path, 'search', message, { is_msg_encrypted: true });
  if (answer.body.header?.is_msg_encrypted !== true) return readEnvelope(answer);
  return readEnvelope({ ...answer, body: { ...answer.body, message: await decrypt(answer.body.message) } });
};

const later: Door = async ({ partner, inbox }, asked) => {
  const before = inbox.received.length;
  const sender_uri = `${inbox.url}/on-search`;
  const ack = await partner.send(`${asked.kind.path}/registry/search`, 'search', envelope(asked, expressionOf(asked)), {
    sender_uri,
  });
  if (ack.status !== 202) return { refused: true, text: JSON.stringify(ack.body) };
  return readEnvelope({ ...ack, status: 200, body: (await callback(inbox, before, 'on-search')).body });
};

const short: Door = async ({ partner }, { kind, where }) => {
  const body = {
    transaction_id: randomUUID(),
    sender_id: partner.senderId,
    registry: kind.path,
    search_criteria: where,
    page_size: 100,
  };
  const answer = await partner.postHttpSigned('/dci/v1/search', body);
  const text = JSON.stringify(answer.body);
  if (answer.status !== 200 || answer.body.status !== 'succ') return { refused: true, text };
  return { refused: false, records: answer.body.records.map(plain), total: answer.body.total_count, text };
};

const SEARCH = `mutation ($input: SearchInput!) { search(input: $input) {
  status items { status reasonCode records page { totalCount } } } }`;

const api: Door = async ({ partner }, asked) => {
  const { query } = expressionOf(asked);
  const item = {
    referenceId: 'r',
    recordType: asked.kind.recordType,
    queryType: 'EXPRESSION',
    query,
    page: { size: 100 },
    ...(asked.purpose === null ? {} : { authorize: { purpose: { code: asked.purpose } } }),
  };
  const input = { registry: asked.kind.registry, transactionId: randomUUID(), items: [item] };
  const { body } = await partner.postHttpSigned('/graphql', { query: SEARCH, variables: { input } });
  const text = JSON.stringify(body);
  const answered = body.data?.search?.items?.[0];
  if (answered?.status !== 'SUCCEEDED') return { refused: true, text };
  return { refused: false, records: answered.records.map(plain), total: answered.page.totalCount, text };
};

const BOUNDARY = 'part-of-a-form';
const upload: Door = async ({ partner, inbox, gatewayUrl, onAnswer }, { kind, where }) => {
  const before = inbox.received.length;
  const file = ['identifier_type,identifier_value', ...Object.entries(where).map((pair) => pair.join(','))].join(
    '\r\n',
  );
  const fields = { action: 'search', sender_uri: `${inbox.url}/on-search` };
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const head = `Content-Disposition: form-data; name="fileName"; filename="ids.csv"\r\nContent-Type: text/plain`;
  const body = Buffer.from(`${parts.join('')}--${BOUNDARY}\r\n${head}\r\n\r\n${file}\r\n--${BOUNDARY}--\r\n`);
  const authorization = `Bearer ${partner.token}`;
  const targetUri = `${gatewayUrl}/dci/v1/${kind.path}/registry/upload/search`;
  const signed = signHttpRequest({ method: 'POST', targetUri, headers: { authorization }, body }, partner.key, {
    senderId: partner.senderId,
    now: new Date(),
    nonce: randomUUID(),
  });
  const headers = { authorization, 'content-type': `multipart/form-data; boundary=${BOUNDARY}`, ...signed };
  const response = await fetch(targetUri, { method: 'POST', headers, body });
  const answer: Answer = { status: response.status, headers: response.headers, body: await response.json() };
  onAnswer(new URL(targetUri).pathname, answer);
  if (answer.status !== 202) return { refused: true, text: JSON.stringify(answer.body) };
  return readEnvelope({ ...answer, status: 200, body: (await callback(inbox, before, 'on-search')).body });
};

export const DOORS: Record<string, Door> = {
  idtype: sync(idtypeOf),
  expression: sync(expressionOf),
  predicate: sync(predicateOf),
  graphql: sync(graphqlOf),
  short,
  async: later,
  api,
  upload,
  encrypted,
};

/** Registers a key to encrypt to. @returns what opens it */
export async function withEncryptionKey(
  { admin }: Pick<TestGateway, 'admin'>,
  senderId: string,
): Promise<Caller['decrypt']> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const input = { kid: 'enc', use: 'ENC', publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }) };
  await admin(
    `mutation ($id: String!, $input: SenderKeyInput!) { addSenderKey(senderId: $id, input: $input) { kid } }`,
    {
      id: senderId,
      input,
    },
  );
  return (message) => decryptMessage(message, async () => privateKey) as Promise<JsonObject>;
}

/** The first message of an action that came since. */
export async function callback(inbox: Inbox, before: number, action: string) {
  for (let count = before + 1; ; count++) {
    // What a killed worker had in hand is taken up when its lease has ended.
    const received = await inbox.wait(count, 90_000);
    const found = received.slice(before).find(({ body }) => body.header.action === action);
    if (found !== undefined) return found;
  }
}

export function readEnvelope({ status, body }: Answer): Told {
  const text = JSON.stringify(body);
  const items: { status: string; data?: { reg_records: unknown } | Data[]; pagination?: { total_count: number } }[] =
    body.message?.search_response ?? [];
  if (status !== 200 || items.length === 0 || items.some((item) => item.status !== 'succ'))
    return { refused: true, text };
  // OpenSPP's beneficiary client reads a list where the standard has an object.
  const records = items.flatMap(({ data }) =>
    Array.isArray(data) ? data : ([data?.reg_records ?? []].flat() as Data[]),
  );
  return {
    refused: false,
    records: records.map((record) => plain(record)),
    total: items[0]?.pagination?.total_count ?? -1,
    text,
  };
}

/** A record without what JSON-LD adds. */
export function plain<T>(value: T): T {
  if (Array.isArray(value)) return value.map(plain) as T;
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([name]) => !name.startsWith('@'));
  return Object.fromEntries(members.map(([name, each]) => [name, plain(each as unknown)])) as T;
}
