/** The envelope (protocol 2): what every message carries, as schemas that validate and from which OpenAPI follows. */
import { z } from 'zod';
import { isWritable } from '../registries/date.js';

const DATE_TIME = 'must be an RFC 3339 date-time with a time zone, in the years 0001 to 9999 of UTC';
/** RFC 3339 with a time zone. */
export const dateTime = z.iso
  .datetime({ offset: true, error: DATE_TIME })
  .refine((text) => isWritable(new Date(text)), DATE_TIME);
export const transactionId = z.string().min(1).max(99);
/** ISO 639-3. */
export const locale = z.string().regex(/^[a-z]{3}$/, 'must be three lower-case letters (ISO 639-3), such as eng');
const freeObject = z.record(z.string(), z.unknown());

export const requestHeader = z.looseObject({
  version: z.string().max(99).optional(),
  message_id: z.string().min(1).max(255),
  message_ts: dateTime,
  action: z.string().min(1).max(99),
  sender_id: z.string().min(1).max(255),
  sender_uri: z.string().max(2048).optional(),
  receiver_id: z.string().max(255).optional(),
  total_count: z.int32().min(0),
  is_msg_encrypted: z.boolean().optional(),
  meta: freeObject.optional(),
});
export type RequestHeader = z.infer<typeof requestHeader>;

const wireStatus = z.enum(['rcvd', 'pdng', 'succ', 'rjct']);

/** Receivers read either header form, so all that only one of them requires is optional. */
export const callbackHeader = z.looseObject({
  ...requestHeader.shape,
  sender_id: z.string().min(1).max(255).optional(),
  total_count: z.int32().min(0).optional(),
  completed_count: z.int32().min(0).optional(),
  status: wireStatus.optional(),
  status_reason_code: z.string().max(99).optional(),
  status_reason_message: z.string().max(999).optional(),
});
export type CallbackHeader = z.infer<typeof callbackHeader>;

/** Flattened JWE with an unprotected per-recipient header (protocol 6.4). */
export const encryptedMessage = z.looseObject({
  header: z.looseObject({ alg: z.string(), enc: z.string(), kid: z.string() }),
  ciphertext: z.string(),
  encrypted_key: z.string(),
  tag: z.string(),
  iv: z.string(),
});

export const paginationRequest = z.looseObject({
  page_size: z.int32().min(1),
  page_number: z.int32().min(1).default(1),
  cursor: z.string().max(20_000).optional(),
});

export const sort = z.array(
  z.looseObject({ attribute_name: z.string().max(255).optional(), sort_order: z.enum(['asc', 'desc']).optional() }),
);

/** Consent and Authorize (protocol 3.3): bare objects by schema; `purpose` is read where it has the published form. */
export const authorization = freeObject;

/** The first problem of a failed parse: the path of the field and what it should be. */
export function describeProblem({ issues: [issue] }: z.ZodError, root: string): string {
  return issue === undefined ? `${root} is invalid` : describeIssue(issue, [root]);
}

function describeIssue(issue: z.core.$ZodIssue, above: string[]): string {
  const path = [...above, ...issue.path.map(String)];
  const alternatives = issue.code === 'invalid_union' ? issue.errors.flatMap(([first]) => first ?? []) : [];
  const inside = alternatives.find((alternative) => alternative.path.length > 0);
  if (inside !== undefined) return describeIssue(inside, path);
  const types = alternatives.flatMap((one) => (one.code === 'invalid_type' ? typeOf(one) : []));
  const isAbsent = [issue, ...alternatives].some(
    ({ code, message }) => code === 'invalid_type' && message.includes('undefined'),
  );
  const problem = types.length > 0 ? `must be ${types.join(' or ')}` : wordsOf(issue);
  return `${path.join('.')}: ${isAbsent ? 'is required' : problem}`;
}

/** Words of the schema’s own stay; the library’s are for programmers. */
function wordsOf(issue: z.core.$ZodIssue): string {
  if (!/^(?:Invalid (?:input|option)|Too (?:small|big)): /.test(issue.message)) return lowerFirst(issue.message);
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${typeOf(issue)}`;
    case 'invalid_value':
      return `must be ${issue.values.map(String).join(' or ')}`;
    case 'too_small':
      return `must ${AMOUNTS[issue.origin]?.[0] ?? 'be at least'} ${issue.minimum}`;
    case 'too_big':
      return `must ${AMOUNTS[issue.origin]?.[1] ?? 'be at most'} ${issue.maximum}`;
    default:
      return lowerFirst(issue.message);
  }
}

/** Of lengths; of numbers themselves nothing. */
const AMOUNTS: Record<string, [atLeast: string, atMost: string]> = {
  string: ['have a length of at least', 'have a length of at most'],
  array: ['have a length of at least', 'have a length of at most'],
};

const TYPES: Record<string, string> = {
  record: 'an object',
  object: 'an object',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

const typeOf = ({ expected }: z.core.$ZodIssueInvalidType): string => TYPES[expected] ?? expected;

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
