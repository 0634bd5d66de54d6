/** A consent that is signed and travels in a message (`consent_jws`): its parts, and what it says. Nothing is proven here. */
import { z } from 'zod';
import { RequestInvalid } from '../errors.js';
import { isObject } from '../../platform/plain-object.js';
import { parseJson } from '../envelope/json.js';
import { ConsentRefused } from './consent-refused.js';

const MAX_LENGTH = 16_384;
const RECEIPT_TYPE = 'consent-receipt+jwt';

export const text = z.string().min(1).max(255);
/** ISO 8601; without a zone it is UTC. A day that cannot be is none: it would be read as a later one. */
const time = z.string().transform((value, context) => {
  const at = new Date(/(?:Z|[+-]\d\d:?\d\d)$/i.test(value) ? value : `${value}Z`);
  const [day, rest] = value.split('T');
  if (rest !== undefined && z.iso.date().safeParse(day).success && !Number.isNaN(at.getTime())) return at;
  context.addIssue({ code: 'custom', message: 'must be a time' });
  return z.NEVER;
});
export const subject = z.looseObject({ type: text, value: text });
export const scopes = z.array(text).max(500);

const claims = z
  .looseObject({
    jti: text,
    iss: text.optional(),
    aud: text,
    subject_id: subject,
    purpose: z.looseObject({ code: text }),
    grants: z
      .array(z.looseObject({ data_controller: text, data_scopes: scopes }))
      .min(1)
      .optional(),
    data_controller: text.optional(),
    data_scopes: scopes.optional(),
    fetch_type: z.enum(['oneshot', 'periodic']).optional(),
    validity: z
      .looseObject({ valid_from: time, valid_until: time })
      .refine(({ valid_from: from, valid_until: until }) => from <= until),
    issued_at: time,
  })
  .refine(({ grants, data_controller: controller, data_scopes: granted }) =>
    grants === undefined
      ? controller !== undefined && granted !== undefined
      : controller === undefined && granted === undefined,
  )
  .refine(({ grants = [] }) => new Set(grants.map((grant) => grant.data_controller)).size === grants.length);
export type ConsentClaims = z.infer<typeof claims>;

/** A compact JWS with JSON objects in it. */
export interface SignedObject {
  header: Record<string, unknown>;
  payload: Record<string, unknown>;
  /** What the signature is over, as it came. */
  input: Buffer;
  signature: Buffer;
}

/** @throws ConsentRefused `malformed_object` */
export function readSignedObject(jws: unknown): SignedObject {
  const parts = typeof jws === 'string' && jws.length <= MAX_LENGTH ? jws.split('.') : [];
  const [head = '', payload = '', signature = ''] = parts;
  // An empty signature is one that does not verify.
  if (parts.length !== 3 || !/^[\w-]+\.[\w-]+\.[\w-]*$/.test(parts.join('.'))) throw malformed('is not a compact JWS');
  return {
    header: objectOf(head),
    payload: objectOf(payload),
    input: Buffer.from(`${head}.${payload}`),
    signature: Buffer.from(signature, 'base64url'),
  };
}

/** An exchange made it for one registry, of a consent that it keeps. */
export const isReceipt = ({ header }: SignedObject): boolean => header['typ'] === RECEIPT_TYPE;

/** @throws ConsentRefused `malformed_object` */
export function readConsentClaims({ payload }: SignedObject): ConsentClaims {
  const read = claims.safeParse(payload);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw malformed(`the claim ${issue?.path.join('.') || 'data_controller or grants'} is absent or malformed`);
}

function objectOf(part: string): Record<string, unknown> {
  try {
    const value = parseJson(Buffer.from(part, 'base64url').toString('utf8'), 'consent_jws');
    if (isObject(value)) return value;
  } catch (error) {
    if (!(error instanceof RequestInvalid)) throw error;
  }
  throw malformed('holds no JSON objects');
}

/** The scopes that it grants to one of our names; undefined where it grants us nothing. */
export function scopesFor(
  { grants, data_controller, data_scopes }: ConsentClaims,
  names: string[],
): string[] | undefined {
  if (grants === undefined) return names.includes(data_controller ?? '') ? data_scopes : undefined;
  return grants.find((grant) => names.includes(grant.data_controller))?.data_scopes;
}

const malformed = (why: string): ConsentRefused => new ConsentRefused('malformed_object', why);
