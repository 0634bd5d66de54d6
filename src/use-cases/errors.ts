/**
 * What a use case refuses, in the application's own terms. Two places map it: `graphql/errors.ts` for GraphQL clients,
 * `protocolErrorOf` for the wire and for the audit.
 */
import { isUniqueViolation } from '../entities/database/database.js';
import {
  Forbidden,
  ItemRejected,
  NotFound,
  ProtocolError,
  RequestInvalid,
  ServiceUnavailable,
  TokenInvalid,
} from '../protocol/errors.js';
import { KeyInvalid } from '../protocol/signature/key.policy.js';

export type DomainErrorCode = 'UNAUTHENTICATED' | 'FORBIDDEN' | 'INVALID' | 'NOT_FOUND' | 'CONFLICT' | 'TIMEOUT';

/** A refusal: its code and, where it belongs to an argument, that argument's name. Its message is for the client. */
export class DomainError extends Error {
  constructor(
    readonly code: DomainErrorCode,
    message: string,
    readonly field?: string,
  ) {
    super(message);
  }
}

/** An argument that cannot be taken as it is. @param remedy what to send instead */
export const invalid = (field: string, remedy: string): DomainError =>
  new DomainError('INVALID', `${field}: ${remedy}`, field);

/** An argument that names nothing. */
export const notFound = (field: string, what: string): DomainError =>
  new DomainError('NOT_FOUND', `${field}: ${what}`, field);

/** A request that does not fit the state of what it names. */
export const conflict = (field: string, why: string): DomainError =>
  new DomainError('CONFLICT', `${field}: ${why}`, field);

export const forbidden = (why: string): DomainError => new DomainError('FORBIDDEN', why);

export const unauthenticated = (remedy: string): DomainError => new DomainError('UNAUTHENTICATED', remedy);

/** The wire has a closed list of codes (protocol 2.7); what it has none for is a bad request. */
const ON_THE_WIRE: Record<DomainErrorCode, new (message: string) => ProtocolError> = {
  UNAUTHENTICATED: TokenInvalid,
  FORBIDDEN: Forbidden,
  INVALID: RequestInvalid,
  NOT_FOUND: NotFound,
  CONFLICT: RequestInvalid,
  TIMEOUT: ServiceUnavailable,
};

/** A refusal; also what the database found to be there already, made by somebody else at the same time. */
export function domainErrorOf(error: unknown): DomainError | undefined {
  if (error instanceof DomainError) return error;
  return isUniqueViolation(error)
    ? new DomainError('CONFLICT', 'somebody else made the same at this moment: look at it again')
    : undefined;
}

/** What a refusal comes to on the wire and in the audit; undefined for a fault of ours. */
export function protocolErrorOf(error: unknown): ProtocolError | undefined {
  if (error instanceof ProtocolError) return error;
  const refusal = domainErrorOf(error);
  if (refusal !== undefined) return new ON_THE_WIRE[refusal.code](refusal.message);
  if (error instanceof ItemRejected || error instanceof KeyInvalid) return new RequestInvalid(error.message);
  return undefined;
}
