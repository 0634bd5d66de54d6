/** `Signature-Input` and `Signature` under label `sig1` (RFC 9421, 4), read and checked against what we ask for. */
import { isInnerList, type InnerList, type Parameters } from 'structured-headers';
import { SignatureInvalid } from '../errors.js';
import { algorithmNamed, type SignatureAlgorithm } from './algorithm.js';
import { readDictionary, type HttpHeaders } from './http.message.js';

export const LABEL = 'sig1';
const MAX_NONCE = 128;

export interface HttpSignature {
  input: InnerList;
  senderId: string;
  kid: string;
  /** Absent where the message leaves it to the key. */
  algorithm: SignatureAlgorithm | undefined;
  created: number;
  expires: number;
  nonce: string;
  signature: Buffer;
}

/** @throws SignatureInvalid naming the part that is wrong */
export function readHttpSignature(headers: HttpHeaders): HttpSignature {
  const input = readDictionary(headers, 'signature-input').get(LABEL);
  const [signature] = readDictionary(headers, 'signature').get(LABEL) ?? [];
  if (!input || !isInnerList(input))
    throw new SignatureInvalid(`HTTP signature: Signature-Input must have the label ${LABEL}`);
  if (!(signature instanceof ArrayBuffer))
    throw new SignatureInvalid(`HTTP signature: Signature must have the label ${LABEL}`);
  const [, parameters] = input;
  return {
    input,
    ...ownerOf(textParameter(parameters, 'keyid')),
    algorithm: algorithmOf(parameters),
    created: seconds(parameters, 'created'),
    expires: seconds(parameters, 'expires'),
    nonce: nonceOf(parameters),
    signature: Buffer.from(signature),
  };
}

/**
 * Plain field names and the derived components given here may be covered, each once, the required ones always.
 *
 * @throws SignatureInvalid naming the component
 */
export function checkCoverage([components]: InnerList, derived: string[], required: string[]): void {
  const names = new Set<string>();
  for (const [name, parameters] of components) {
    if (typeof name !== 'string' || parameters.size > 0 || (name.startsWith('@') && !derived.includes(name))) {
      throw new SignatureInvalid(`HTTP signature covers a component that is not taken; cover ${required.join(' ')}`);
    }
    if (names.has(name) || name !== name.toLowerCase()) {
      throw new SignatureInvalid('HTTP signature: each component stands once, in lower case');
    }
    names.add(name);
  }
  const missing = required.filter((name) => !names.has(name));
  if (missing.length > 0) throw new SignatureInvalid(`HTTP signature must cover ${missing.join(' ')}`);
}

function ownerOf(keyid: string): { senderId: string; kid: string } {
  const [, senderId, kid] = /^([^|]+)\|(.+)$/.exec(keyid) ?? [];
  if (senderId !== undefined && kid !== undefined) return { senderId, kid };
  throw new SignatureInvalid('HTTP signature: keyid must be "{sender_id}|{kid}"');
}

function algorithmOf(parameters: Parameters): SignatureAlgorithm | undefined {
  if (!parameters.has('alg')) return undefined;
  const algorithm = algorithmNamed(textParameter(parameters, 'alg'));
  if (algorithm) return algorithm;
  throw new SignatureInvalid('HTTP signature: alg must be ed25519, rsa-v1_5-sha256 or ecdsa-p256-sha256');
}

function nonceOf(parameters: Parameters): string {
  const nonce = textParameter(parameters, 'nonce');
  if (nonce !== '' && nonce.length <= MAX_NONCE) return nonce;
  throw new SignatureInvalid(`HTTP signature: nonce must have 1 to ${MAX_NONCE} characters`);
}

function textParameter(parameters: Parameters, name: string): string {
  const value = parameters.get(name);
  if (typeof value === 'string') return value;
  throw new SignatureInvalid(`HTTP signature: the parameter ${name} is missing or not a string`);
}

function seconds(parameters: Parameters, name: 'created' | 'expires'): number {
  const value = parameters.get(name);
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  throw new SignatureInvalid(`HTTP signature: the parameter ${name} is missing or not a whole number of seconds`);
}
