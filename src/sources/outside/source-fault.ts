/** What went wrong at a source, in words that may be shown: never a value of a row, never an address or a password. */

/** A source that cannot be read: away, refusing us, or not having what its file names. */
export class SourceFault extends Error {
  /** Names the entry or table that was read. */
  of(place: string): this {
    this.message = `${place}: ${this.message}`;
    return this;
  }
}

/** Something about the values of a statement: of a row that the source cannot make, or of what was asked. */
export class ValueFault extends SourceFault {
  /** What was asked is no value of the column: nothing there can be equal to it. */
  isAsked = false;
}

/** A statement of the file that gives something else than it is for. */
export class ShapeFault extends SourceFault {}

/** PostgreSQL's classes and MariaDB's codes whose text names tables, columns, roles and hosts only. */
const PLAIN_CLASSES = new Set(['08', '28', '3D', '3F', '40', '42', '53', '57']);
const PLAIN_CODES = new Set(
  ['ER_BAD_FIELD_ERROR', 'ER_NON_UNIQ_ERROR', 'ER_DUP_FIELDNAME', 'ER_NO_SUCH_TABLE', 'ER_BAD_DB_ERROR'].concat(
    ['ER_VIEW_INVALID', 'ER_NO_SUCH_USER', 'ER_LOCK_WAIT_TIMEOUT', 'ER_CON_COUNT_ERROR', 'ER_STATEMENT_TIMEOUT'],
    [
      'ER_ACCESS_DENIED_ERROR',
      'ER_DBACCESS_DENIED_ERROR',
      'ER_TABLEACCESS_DENIED_ERROR',
      'ER_COLUMNACCESS_DENIED_ERROR',
    ],
    ['PROTOCOL_CONNECTION_LOST', 'ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'ETIMEDOUT', 'EHOSTUNREACH'],
  ),
);

/** MariaDB's own number, for which the driver has no name. */
const NAMED = new Map([[1969, 'ER_STATEMENT_TIMEOUT']]);
/** PostgreSQL's driver says these without a code. */
const PLAIN_WORDS =
  /^(Connection terminated|Query read timeout|timeout exceeded when trying to connect|The server does not support SSL)/;
const REMEDIES = new Map(
  ['57014', 'ER_STATEMENT_TIMEOUT'].map((code) => [
    code,
    'look there for a lock or a slow view, or raise source.statement_timeout',
  ]),
);

/** MariaDB's, where a value has characters that the column's own character set does not have. */
const OTHER_CHARACTERS = /^ER_CANT_AGGREGATE_/;
const isBeyondAscii = (value: unknown): boolean => typeof value === 'string' && /[^\0-\x7f]/.test(value);

/** @param asked values of the statement */
export function sourceFault(error: unknown, asked: readonly unknown[] = []): SourceFault {
  if (error instanceof SourceFault) return error;
  const given: { code?: unknown; errno?: unknown; message?: unknown; sqlState?: unknown; where?: unknown } =
    Object(error);
  const code = typeof given.code === 'string' ? given.code : NAMED.get(Number(given.errno));
  const state = typeof given.sqlState === 'string' ? given.sqlState : code;
  if (state?.length === 5 && state.startsWith('22')) {
    const fault = new ValueFault(`the source answers ${code}`, { cause: error });
    // PostgreSQL names the parameter, in every language.
    fault.isAsked = typeof given.where === 'string' && /\$\d/.test(given.where);
    return fault;
  }
  if (code !== undefined && OTHER_CHARACTERS.test(code) && asked.some(isBeyondAscii))
    return Object.assign(new ValueFault(`the source answers ${code}`, { cause: error }), { isAsked: true });
  if (code === undefined) {
    const said = typeof given.message === 'string' && PLAIN_WORDS.test(given.message) ? `: ${given.message}` : '';
    return new SourceFault(`the source could not be read${said}`, { cause: error });
  }
  const plain = PLAIN_CODES.has(code) || (code.length === 5 && PLAIN_CLASSES.has(code.slice(0, 2)));
  const words = plain && typeof given.message === 'string' ? given.message.replace(/"[^"]*@[^"]*"/g, '…') : '';
  const told = [`the source answers ${code}`, words, REMEDIES.get(code) ?? ''].filter((part) => part !== '');
  return new SourceFault(told.join(': '), { cause: error });
}

/** Whether the statement itself is refused, whatever its values are: what it names is not there, or may not be read. */
export function isOfStatement(fault: SourceFault): boolean {
  if (fault instanceof ShapeFault) return true;
  const { code, sqlState }: { code?: unknown; sqlState?: unknown } = Object(fault.cause);
  const state = sqlState ?? code;
  return typeof state === 'string' && state.startsWith('42');
}

/** What the database or the network calls it. */
export function codeOf(error: unknown): string | undefined {
  const given: { code?: unknown; cause?: unknown } = Object(error);
  if (typeof given.code === 'string') return given.code;
  return given.cause === undefined ? undefined : codeOf(given.cause);
}
