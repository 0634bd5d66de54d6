/** The DCI signature string (protocol 2.2): `namespace="dci", kidId="…|…|…", algorithm="…", …`. */
import { SignatureInvalid } from '../errors.js';
import { algorithmNamed, type SignatureAlgorithm } from './algorithm.js';
import { cutText } from '../text.js';

export interface SignatureString {
  senderId: string;
  kid: string;
  algorithm: SignatureAlgorithm;
  /** Seconds since the epoch. */
  created: number;
  expires: number;
  signature: Buffer;
}

const MAX_LENGTH = 4096;
const COVERED = '(created) (expires) digest';
const NAMESPACES = new Set(['dci', 'spdci']);
const PARAMETER = /\s*([A-Za-z]+)\s*=\s*"([^"]*)("|$)\s*(,|$)/y;

/** Tolerates a leading `Signature:` and a missing last quote. @throws SignatureInvalid naming the part that is wrong */
export function parseSignatureString(text: string): SignatureString {
  const parameters = readParameters(text);
  const { senderId, kid, algorithm } = parseKidId(required(parameters, 'kidId'));
  const named = algorithmNamed(required(parameters, 'algorithm'));
  if (algorithm === undefined || named !== algorithm)
    throw new SignatureInvalid('signature: algorithm and kidId must name the same known algorithm');
  if (!NAMESPACES.has(required(parameters, 'namespace'))) {
    throw new SignatureInvalid('signature: namespace must be "dci" or "spdci"');
  }
  const headers = required(parameters, 'headers');
  if (headers !== COVERED && headers.trim().replace(/\s+/g, ' ') !== COVERED) {
    throw new SignatureInvalid(`signature: headers must be "${COVERED}"`);
  }
  return {
    senderId,
    kid,
    algorithm,
    created: seconds(parameters, 'created'),
    expires: seconds(parameters, 'expires'),
    signature: bytes(parameters),
  };
}

export function formatSignatureString({
  senderId,
  kid,
  algorithm,
  created,
  expires,
  signature,
}: SignatureString): string {
  if (/["|]/.test(senderId) || kid.includes('"')) throw new TypeError('a sender or key id has no place in kidId');
  return (
    `namespace="dci", kidId="${senderId}|${kid}|${algorithm}", algorithm="${algorithm}", ` +
    `created="${created}", expires="${expires}", headers="${COVERED}", signature="${signature.toString('base64')}"`
  );
}

function readParameters(text: string): Map<string, string> {
  if (text.length > MAX_LENGTH) throw new SignatureInvalid(`signature is longer than ${MAX_LENGTH} characters`);
  const source = text.trim().replace(/^Signature:/i, '');
  const parameters = new Map<string, string>();
  PARAMETER.lastIndex = 0;
  while (PARAMETER.lastIndex < source.length) {
    const [, name, value] = PARAMETER.exec(source) ?? [];
    if (name === undefined || value === undefined) {
      throw new SignatureInvalid('signature is malformed; it is a list of name="value" parts with commas between');
    }
    if (parameters.has(name)) throw new SignatureInvalid(`signature: ${quoted(name)} stands twice`);
    parameters.set(name, value);
  }
  return parameters;
}

function required(parameters: Map<string, string>, name: string): string {
  const value = parameters.get(name);
  if (value === undefined) throw new SignatureInvalid(`signature: ${name} is missing`);
  return value;
}

/** A kid may hold `|`, a sender id may not. */
function parseKidId(kidId: string): { senderId: string; kid: string; algorithm: SignatureAlgorithm | undefined } {
  const [, senderId, kid, name] = /^([^|]+)\|(.+)\|([^|]+)$/.exec(kidId) ?? [];
  const algorithm = name === undefined ? undefined : algorithmNamed(name);
  if (senderId !== undefined && kid !== undefined) return { senderId, kid, algorithm };
  throw new SignatureInvalid('signature: kidId must be "{sender_id}|{kid}|{alg}"');
}

function seconds(parameters: Map<string, string>, name: 'created' | 'expires'): number {
  const value = required(parameters, name);
  if (/^\d{1,12}$/.test(value)) return Number(value);
  throw new SignatureInvalid(`signature: ${name} must be a whole number of seconds since 1970`);
}

function bytes(parameters: Map<string, string>): Buffer {
  const value = required(parameters, 'signature');
  if (/^[A-Za-z0-9+/]+={0,2}$/.test(value)) return Buffer.from(value, 'base64');
  throw new SignatureInvalid('signature: the part signature must be base64');
}

function quoted(name: string): string {
  return name.length > 20 ? `${cutText(name, 20)}…` : name;
}
