/** Why a command failed, and what to do next; nothing that repeats its input. */
import { isNativeError } from 'node:util/types';
import { describeError } from '../platform/describe-error.js';
import { ASKS_PASSWORD, GIVE_PASSWORD, NOT_BELIEVED, OWNS_IT, TAKES_THEM } from '../platform/start-fault.js';

/** A refusal with the step that leads on. */
export class CliFailure extends Error {
  override readonly name: string = 'CliFailure';

  constructor(
    message: string,
    readonly remedy?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Arguments that do not fit together: exit code 2, as for those that the parser refuses. */
export class UsageError extends CliFailure {
  override readonly name = 'UsageError';
  readonly code = 'USAGE';
}

/** Ctrl-C, or whoever asked the process to end. */
export class Interrupted extends CliFailure {
  override readonly name = 'Interrupted';

  constructor(signal: NodeJS.Signals) {
    super(`stopped by ${signal}; what was committed stays`, 'run it again: it goes on from there');
  }
}

export interface Failure {
  code: string;
  message: string;
  remedy?: string;
}

/** Names of errors whose text is written for whoever asked. */
const PLAIN = new Set([
  'CliFailure',
  'UsageError',
  'Interrupted',
  'ConfigInvalid',
  'MasterKeyWrong',
  'MigrationFailed',
  'TablesInUse',
  'KeyInvalid',
  'RecordInvalid',
  'CallRefused',
  'FileFault',
]);

export function describeFailure(error: unknown): Failure {
  if (!isNativeError(error)) return { code: 'FAILED', message: 'it failed for an unknown reason' };
  if (ASKS_PASSWORD.test(error.message))
    return { code: 'NO_PASSWORD', message: 'the database asks for a password', remedy: GIVE_PASSWORD };
  const { code, extensions, remedy }: Record<string, unknown> = Object.fromEntries(Object.entries(error));
  const own = codeOf(extensions) ?? (typeof code === 'string' ? code : error.name);
  // A library's wrapping says nothing that what it wraps does not say better, its remedy included.
  if (own === error.name && !isPlain(error, own) && isNativeError(error.cause)) return describeFailure(error.cause);
  const step = remedy ?? (own in REMEDIES ? REMEDIES[own] : undefined);
  const message = isPlain(error, own) ? error.message : explain(error, own);
  return { code: own, message, ...(typeof step === 'string' ? { remedy: step } : {}) };
}

/** Steps that follow from what kind of failure it is. */
const REMEDIES: Record<string, string> = {
  ECONNREFUSED: 'is it running, and is the address right? See --url, or DATABASE_URL for the database',
  EADDRINUSE: 'another program listens there: choose another port',
  ENOENT: 'check the path; it is read from the folder you are in',
  NOT_FOUND: 'check the id',
  '28P01': 'check the password in DATABASE_URL',
  '3D000': 'check the name of the database in DATABASE_URL',
  '42501': OWNS_IT,
  '53300': TAKES_THEM,
  '42P01': 'the database has no tables of the gateway: check DATABASE_URL (or DATA_DIR), or run npx dci migrate',
  ...Object.fromEntries(
    NOT_BELIEVED.map((code) => [
      code,
      'name who signed it: sslrootcert=FILE in DATABASE_URL, or NODE_EXTRA_CA_CERTS=FILE',
    ]),
  ),
};

const isPlain = (error: Error, code: string): boolean =>
  PLAIN.has(error.name) || code.startsWith('err.') || error.name === 'GraphQLError';

function explain(error: Error, code: string): string {
  const { path, address, port }: Record<string, unknown> = Object.fromEntries(Object.entries(error));
  if (typeof path === 'string') return `${code}: ${path}`;
  if (typeof address === 'string') return `${code}: ${address}:${String(port)}`;
  const { message, stack } = describeError(error);
  return `${typeof message === 'string' ? message : withoutValues(code)}${process.env['DEBUG'] ? `\n${String(stack)}` : ''}`;
}

/** A code of PostgreSQL alone says nothing to who does not know that it is one. */
const withoutValues = (code: string): string =>
  /^[0-9A-Z]{5}$/.test(code) ? `PostgreSQL answers ${code} (its appendix A, error codes)` : code;

function codeOf(extensions: unknown): string | undefined {
  const code: unknown = Object(extensions).code;
  return typeof code === 'string' ? code : undefined;
}
