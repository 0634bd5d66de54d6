/** Errors that a GraphQL client sees: a stable code, the field they belong to, and nothing of our inside. */
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { GraphQLResponse } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import { isStatementTimeout } from '../entities/database/database.js';
import { isUnavailable } from '../entities/database/unavailable.js';
import { KeyInvalid } from '../protocol/signature/key.policy.js';
import { HeaderRejected, ItemRejected, ProtocolError, RequestInvalid, ServiceUnavailable } from '../protocol/errors.js';
import { MessageSeen } from '../use-cases/call.js';
import { TOO_LONG } from '../use-cases/deadline.js';
import { DomainError, domainErrorOf, protocolErrorOf, type DomainErrorCode } from '../use-cases/errors.js';
import type { Log } from '../platform/log.js';
import { randomUUID } from 'node:crypto';

export const ANSWERED_BEFORE = 'this signed request was answered before: sign a new one';

const CODES: Record<DomainErrorCode, string> = {
  UNAUTHENTICATED: 'UNAUTHENTICATED',
  FORBIDDEN: 'FORBIDDEN',
  INVALID: 'BAD_USER_INPUT',
  NOT_FOUND: 'NOT_FOUND',
  CONFLICT: 'CONFLICT',
  TIMEOUT: 'TIMEOUT',
};

/** What a GraphQL client reads of a domain error beside its message. */
export const extensionsOf = ({ code, field }: DomainError): Record<string, string> => ({
  code: CODES[code],
  ...(field === undefined ? {} : { field }),
});

/** For places where graphql-js takes its own errors only. */
export const asGraphqlError = (error: DomainError): GraphQLError =>
  new GraphQLError(error.message, { extensions: extensionsOf(error) });

/** Whether an error says that nobody waits for the outcome any more, or that a statement was ended. */
export const tookTooLong = (error: unknown): boolean =>
  isStatementTimeout(error) || (error instanceof DomainError && error.code === 'TIMEOUT');

/** Our own refusals pass; anything else is masked under an id that the log has too. */
export function formatError(formatted: GraphQLFormattedError, error: unknown, log: Log): GraphQLFormattedError {
  const original = unwrapResolverError(error);
  if (original instanceof ProtocolError)
    return {
      ...formatted,
      message: original.message,
      extensions: { code: graphqlCode(original), errorId: original.errorId, reason: reasonOf(original) },
    };
  const refusal = domainErrorOf(original);
  if (refusal !== undefined) return { ...formatted, message: refusal.message, extensions: extensionsOf(refusal) };
  if (original instanceof ItemRejected || original instanceof KeyInvalid)
    return { ...formatted, message: original.message, extensions: { code: 'BAD_USER_INPUT' } };
  if (original instanceof MessageSeen)
    return {
      ...formatted,
      message: ANSWERED_BEFORE,
      extensions: { code: 'CONFLICT' },
    };
  if (isStatementTimeout(original)) return { ...formatted, message: TOO_LONG, extensions: { code: 'TIMEOUT' } };
  if (isUnavailable(original)) return unavailable(formatted, original, log);
  const code = formatted.extensions?.['code'];
  if (code !== 'INTERNAL_SERVER_ERROR') {
    const message = withoutValues(formatted.message);
    return { ...formatted, message, extensions: withoutTrace(formatted.extensions) };
  }
  if (OF_ARGUMENT.test(formatted.message))
    return { ...formatted, message: withoutValues(formatted.message), extensions: { code: 'BAD_USER_INPUT' } };
  const errorId = randomUUID();
  log.error({ errorId, err: original }, 'a resolver failed');
  return { message: `internal error ${errorId}`, path: formatted.path, extensions: { code, errorId } };
}

/** Found when a field reads its arguments, such as null where there is a default; said alike with and without compiling. */
const OF_ARGUMENT = /^Argument "\w+" (of (non-null|required) type "|has invalid value )/;

/** As REST says it: waiting helps. */
function unavailable(formatted: GraphQLFormattedError, cause: unknown, log: Log): GraphQLFormattedError {
  const { message, errorId, status, code: reason } = away(cause);
  log.error({ errorId, err: cause }, 'a resolver failed');
  return { ...formatted, message, extensions: { code: STATUS_CODES[status], errorId, reason } };
}

export const away = (cause: unknown): ServiceUnavailable =>
  new ServiceUnavailable('the request could not be answered; try again later, and quote errorId if it persists', {
    cause,
  });

/** The HTTP status of an operation of which nothing could be answered now. */
export function tellUnavailable({ body, http }: GraphQLResponse): void {
  if (body.kind !== 'single' || Object.values(body.singleResult.data ?? {}).some((value) => value !== null)) return;
  const { errors = [] } = body.singleResult;
  if (!errors.some(({ extensions }) => extensions?.['code'] === 'SERVICE_UNAVAILABLE')) return;
  http.status = 503;
  http.headers.set('retry-after', String(away(undefined).retryAfter));
}

/** The refusal that an error of an operation comes to in the audit. */
export function auditedRefusalOf(error: GraphQLError | DomainError): ProtocolError {
  const original = unwrapResolverError(error);
  const refusal = protocolErrorOf(original);
  if (refusal !== undefined) return refusal;
  return original instanceof GraphQLError
    ? new RequestInvalid(withoutValues(original.message))
    : new ServiceUnavailable('the request could not be answered');
}

/** What graphql-js says of a document and its variables, less the values: they may be somebody's identifiers. */
export function withoutValues(message: string): string {
  return message
    .replace(/got invalid value [\s\S]*?(?= at "[^"]*"; |; (?![\s\S]*; ))/, 'got an invalid value')
    .replace(/DateTime cannot represent [\s\S]*$/, 'DateTime takes a time that exists, such as 2026-01-31T08:00:00Z')
    .replace(
      /Value is not a valid ISO Duration: [\s\S]*$/,
      'Duration takes a time that passes in ISO 8601, such as PT1H',
    )
    .replace(/cannot represent [\s\S]*$/, 'cannot represent this value')
    .replace(/has invalid value [\s\S]*$/, 'has an invalid value')
    .replace(/([Vv]alue): [\s\S]*$/, '$1')
    .replace(/(Expected value of type "[^"]*"), found [\s\S]*$/, '$1')
    .replace(/Value "[\s\S]*?" does not exist/, 'A value does not exist')
    .replace(/(Syntax Error: [^"]*)"[\s\S]*$/, '$1')
    .trim();
}

const reasonOf = (error: ProtocolError): string => (error instanceof HeaderRejected ? error.reason : error.code);

export const graphqlCode = (error: ProtocolError): string => STATUS_CODES[error.status] ?? 'BAD_USER_INPUT';

const STATUS_CODES: Record<number, string> = {
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  429: 'TOO_MANY_REQUESTS',
  503: 'SERVICE_UNAVAILABLE',
};

function withoutTrace(extensions: GraphQLFormattedError['extensions']): GraphQLFormattedError['extensions'] {
  const { stacktrace: _, ...rest } = extensions ?? {};
  return rest;
}
