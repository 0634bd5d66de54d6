/** A caller that is turned away before its operation is read: the error it sees, with its HTTP status. */
import { HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { ProtocolError } from '../protocol/errors.js';
import { isUnavailable } from '../entities/database/unavailable.js';
import { DomainError, type DomainErrorCode } from '../use-cases/errors.js';
import { away, extensionsOf, graphqlCode } from './errors.js';

const STATUS: Partial<Record<DomainErrorCode, number>> = { UNAUTHENTICATED: 401, FORBIDDEN: 403 };

/** Other errors are faults of ours, and stay what they are. */
export function refuseCaller(error: unknown): unknown {
  if (error instanceof ProtocolError) {
    const { retryAfter, challenge } = error;
    const headers = new HeaderMap([
      ...(retryAfter === undefined ? [] : [['retry-after', String(retryAfter)] as const]),
      ...(challenge === undefined ? [] : [['www-authenticate', challenge] as const]),
    ]);
    const extensions = { code: graphqlCode(error), errorId: error.errorId, reason: error.code };
    return new GraphQLError(error.message, { extensions: { ...extensions, http: { status: error.status, headers } } });
  }
  if (isUnavailable(error)) return refuseCaller(away(error));
  if (!(error instanceof DomainError)) return error;
  const status = STATUS[error.code] ?? 400;
  const headers = new HeaderMap(status === 401 ? [['www-authenticate', 'Bearer']] : []);
  return new GraphQLError(error.message, { extensions: { ...extensionsOf(error), http: { status, headers } } });
}
