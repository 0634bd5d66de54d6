/** A caller that is turned away before its operation is read: the error it sees, with its HTTP status. */
import { HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { ProtocolError } from '../protocol/errors.js';
import { DomainError } from '../use-cases/errors.js';
import { graphqlCode } from './errors.js';

const STATUS: Record<string, number> = { UNAUTHENTICATED: 401, FORBIDDEN: 403, BAD_USER_INPUT: 400 };

/** Other errors are faults of ours, and stay what they are. */
export function refuseCaller(error: unknown): unknown {
  if (error instanceof ProtocolError) {
    const headers = new HeaderMap(error.retryAfter === undefined ? [] : [['retry-after', String(error.retryAfter)]]);
    const extensions = { code: graphqlCode(error), errorId: error.errorId, reason: error.code };
    return new GraphQLError(error.message, { extensions: { ...extensions, http: { status: error.status, headers } } });
  }
  if (!(error instanceof DomainError)) return error;
  const status = STATUS[String(error.extensions['code'])] ?? 400;
  const headers = new HeaderMap(status === 401 ? [['www-authenticate', 'Bearer']] : []);
  return new GraphQLError(error.message, { extensions: { ...error.extensions, http: { status, headers } } });
}
