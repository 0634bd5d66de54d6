/** What a log line and a command say of an error, and no more. */
import { isNativeError } from 'node:util/types';

/** Messages that quote their input (JSON.parse, csv-parse, PostgreSQL, the ORM's SQL with its parameters) are not repeated. */
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

/** What PostgreSQL says of itself, and of no statement: it cannot be reached, lets nobody in, has no room, shuts down. */
const OF_THE_SERVER = /^(08|28|53|57|58)/;

function quotesInput(error: Error, code: unknown): boolean {
  const isSqlState = typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !OF_THE_SERVER.test(code);
  // Of csv-parse; its `name` and its codes do not say so.
  const isCsv = error.constructor.name === 'CsvError';
  return isSqlState || isCsv || error.name === 'SyntaxError' || 'query' in error || 'sql' in error;
}
