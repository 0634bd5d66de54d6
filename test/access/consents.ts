/** Consents as partners sign them for the tests, valid but for what a test changes. */
import { generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import { signBytes, type SignatureAlgorithm } from '../../src/protocol/signature/algorithm.js';

export const ANAN = '123456789';
export const SUDARAT = '847951632';
export const DAY = 86_400_000;

/** Of `programme-a`. */
export const own = generateKeyPairSync('ed25519');

export const at = (ahead: number) => new Date(Date.now() + ahead).toISOString();
export const claimsOf = (change: JsonObject = {}): JsonObject => ({
  jti: randomUUID(),
  subject_id: { type: 'UIN', value: ANAN },
  data_controller: 'gateway-a',
  aud: 'programme-a',
  purpose: { code: 'eligibility', text: 'Eligibility check' },
  data_scopes: ['name', 'birth_date'],
  fetch_type: 'oneshot',
  validity: { valid_from: at(-60_000), valid_until: at(30 * DAY) },
  issued_at: at(0),
  ...change,
});
export const part = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

export interface Signing {
  header?: JsonObject;
  key?: KeyObject;
  algorithm?: SignatureAlgorithm;
}
export function sign(
  claims: unknown,
  { header = {}, key = own.privateKey, algorithm = 'ed25519' }: Signing = {},
): string {
  const input = `${part({ alg: 'EdDSA', kid: 'programme-a-1', typ: 'JWT', ...header })}.${part(claims)}`;
  return `${input}.${signBytes({ kid: '', algorithm, privateKey: key }, Buffer.from(input)).toString('base64url')}`;
}
export const without = (name: string): JsonObject =>
  Object.fromEntries(Object.entries(claimsOf()).filter(([key]) => key !== name));

export const byId = (value: string, type = 'UIN'): JsonObject => ({
  query_type: 'idtype-value',
  query: { type, value },
});
export const expressing = (query: JsonObject): JsonObject => ({
  query_type: 'expression',
  query: { type: 'ns:org:QueryType:expression', value: { expression: { query } } },
});

export const refusal = (code: string) => ({
  status: 'rjct',
  status_reason_code: 'rjct.search_criteria.invalid',
  status_reason_message: expect.stringContaining(`consent_jws: ${code}: `),
});
