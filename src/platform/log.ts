/** One JSON line per event. What could be a secret or personal data is left out here, whatever a caller passes. */
import { isNativeError } from 'node:util/types';

import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';

export type Log = Logger;

const SECRETS = [
  'authorization',
  'body',
  'clientSecret',
  'client_secret',
  'cookie',
  'password',
  'privateKey',
  'secret',
  'signature',
  'token',
];

export function createLog(level: string, destination?: DestinationStream): Log {
  const options = {
    level,
    base: undefined,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
    serializers: { err: describeError, error: describeError },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** Messages that quote their input (JSON.parse, PostgreSQL, the ORM's SQL with its parameters) are not repeated. */
export function describeError(error: unknown): Record<string, unknown> {
  if (!isNativeError(error)) return { type: typeof error };
  const { code, constraint, errorId }: Record<string, unknown> = Object.fromEntries(Object.entries(error));
  return {
    type: error.name,
    code,
    constraint,
    errorId,
    message: quotesInput(error, code) ? undefined : error.message,
    stack: error.stack?.split('\n').filter((line) => line.startsWith('    at ')),
    cause: error.cause === undefined ? undefined : describeError(error.cause),
  };
}

function quotesInput(error: Error, code: unknown): boolean {
  const isSqlState = typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code);
  return isSqlState || error.name === 'SyntaxError' || 'query' in error || 'sql' in error;
}
