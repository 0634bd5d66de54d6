/** A failed request as the reader is told of it: a kind we have words for, and the gateway's own message. */
import type { CombinedError } from 'urql';

const KINDS = ['FORBIDDEN', 'BAD_USER_INPUT', 'NOT_FOUND', 'CONFLICT', 'UNAUTHENTICATED', 'UNREACHABLE'] as const;
export type ProblemCode = (typeof KINDS)[number] | 'OTHER';

export interface Problem {
  code: ProblemCode;
  message: string;
  /** The argument that it belongs to. */
  field?: string;
}

export function problemOf({ graphQLErrors, networkError, message }: CombinedError): Problem {
  const [first] = graphQLErrors;
  if (first === undefined) return { code: networkError === undefined ? 'OTHER' : 'UNREACHABLE', message };
  const { code, field } = first.extensions;
  return {
    code: KINDS.find((kind) => kind === code) ?? 'OTHER',
    message: first.message,
    ...(typeof field === 'string' ? { field } : {}),
  };
}
