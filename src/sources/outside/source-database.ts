/**
 * The source's own database through Kysely: every session reads only, every value arrives as the text that the database
 * writes, so that one mapping reads PostgreSQL and MariaDB alike.
 */
import {
  CompiledQuery,
  Kysely,
  MysqlDialect,
  PostgresDialect,
  sql,
  type DatabaseConnection,
  type Dialect,
  type RawBuilder,
} from 'kysely';
import { Pool } from 'pg';
import { limitAnswers } from '../../entities/database/answer-limit.js';
import { outliveBreaks } from '../../entities/database/pool.js';
import { jsonValue } from './json-value.js';
import { prepareStatements } from './prepared-statements.js';
import { offsetOf } from './local-time.js';
import { openMysqlPool } from './mysql-pool.js';
import { askedBy, readValue } from './mysql-values.js';
import { SourceFault, sourceFault, ValueFault } from './source-fault.js';
import type { SourceFile } from './source-file.schema.js';

export type Row = Record<string, string | null>;

export interface SourceDatabase {
  readonly isMysql: boolean;
  readonly query: (statement: RawBuilder<unknown>) => Promise<Row[]>;
  /** The same; what is asked by a value that the column cannot hold finds nothing. */
  readonly find: (statement: RawBuilder<unknown>) => Promise<Row[]>;
  /** SQL that the operator wrote, as part of a statement. */
  written(text: string): RawBuilder<unknown>;
  close(): Promise<void>;
}

type Session = Pick<SourceFile['source'], 'kind' | 'time_zone' | 'statement_timeout' | 'pool'>;

const CONNECT_MS = 5000;
const IDLE_MS = 30_000;

/** @param patience how many times its `statement_timeout` a statement may take */
export function openSourceDatabase(
  { kind, time_zone: zone, statement_timeout: timeout, pool: size }: Session,
  url: string,
  patience = 1,
): SourceDatabase {
  const isMysql = kind !== 'postgres';
  const timeoutMs = timeout * patience;
  const dialect = isMysql ? mysql(url, size, zone, timeoutMs) : postgres(url, size, zone, timeoutMs);
  const database = new Kysely<unknown>({ dialect });
  const query = async (statement: RawBuilder<unknown>): Promise<Row[]> => {
    const asked = statement.compile(database);
    const parameters = isMysql ? asked.parameters.map(askedBy) : asked.parameters;
    try {
      return (await database.executeQuery<Row>({ ...asked, parameters })).rows;
    } catch (error) {
      throw sourceFault(error, parameters);
    }
  };
  return {
    isMysql,
    query,
    find: (statement) =>
      query(statement).catch((error: unknown) => {
        if (error instanceof ValueFault && error.isAsked) return [];
        throw error;
      }),
    // The driver for MariaDB takes every "?" of a statement for a place of a value, in quotes too.
    written: (text) => (isMysql ? sql`${{ toSqlString: () => text }}` : sql.raw(text)),
    close: () => database.destroy(),
  };
}

/** `json` and `jsonb`. */
const JSON_TYPES: ReadonlySet<number> = new Set([114, 3802]);
const asItIs = (value: unknown): unknown => value;

function postgres(url: string, size: number, zone: string, timeoutMs: number): Dialect {
  const pool = new Pool({
    connectionString: url,
    max: size,
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: IDLE_MS,
    types: { getTypeParser: (type: number) => (JSON_TYPES.has(type) ? jsonValue : asItIs) },
  });
  outliveBreaks(pool);
  pool.on('connect', limitAnswers(timeoutMs + CONNECT_MS)).on('connect', prepareStatements());
  const session = CompiledQuery.raw(
    `select set_config('default_transaction_read_only', 'on', false), set_config('TimeZone', $1, false),
      set_config('statement_timeout', $2, false), set_config('DateStyle', 'ISO', false), set_config('jit', 'off', false)`,
    [zone, String(timeoutMs)],
  );
  return preparing(new PostgresDialect({ pool }), once([session]));
}

function mysql(url: string, size: number, zone: string, timeoutMs: number): Dialect {
  if (!URL.canParse(url)) throw new SourceFault('its environment variable holds no URL');
  let offset = '';
  let prepare = (_connection: DatabaseConnection): Promise<void> => Promise.resolve();
  const limits = { size, answerMs: timeoutMs + CONNECT_MS };
  const openPool = () => openMysqlPool(url, limits, (field, next) => readValue(field, next, offset));
  // MariaDB's name of it, and MySQL's: the address does not tell which one answers.
  const bounds = [
    CompiledQuery.raw('set session max_statement_time = ?', [timeoutMs / 1000]),
    CompiledQuery.raw('set session max_execution_time = ?', [timeoutMs]),
  ];
  // Not every server knows zones by name; when the clocks change there, every connection follows.
  const inZone = (connection: DatabaseConnection): Promise<void> => {
    const now = offsetOf(zone, new Date());
    if (now !== offset) {
      offset = now;
      prepare = once(
        [
          CompiledQuery.raw('set session transaction read only'),
          // Values are escaped with backslashes, which this mode would take literally.
          CompiledQuery.raw(`set session sql_mode = replace(@@sql_mode, 'NO_BACKSLASH_ESCAPES', '')`),
          CompiledQuery.raw('set session time_zone = ?', [offset]),
        ],
        bounds,
      );
    }
    return prepare(connection);
  };
  return preparing(new MysqlDialect({ pool: openPool }), inZone);
}

/** One that could not be prepared goes back: Kysely's own hooks would keep its place for good. */
function preparing(dialect: Dialect, prepare: (connection: DatabaseConnection) => Promise<void>): Dialect {
  const driver = dialect.createDriver();
  const take = driver.acquireConnection.bind(driver);
  driver.acquireConnection = async (options) => {
    const connection = await take(options);
    try {
      await prepare(connection);
    } catch (error) {
      await driver.releaseConnection(connection, options);
      throw error;
    }
    return connection;
  };
  return Object.assign(dialect, { createDriver: () => driver });
}

/** A connection is used only after all of these went well on it, and one of the `either`. */
function once(
  statements: CompiledQuery[],
  either: CompiledQuery[] = [],
): (connection: DatabaseConnection) => Promise<void> {
  const prepared = new WeakSet<DatabaseConnection>();
  return async (connection) => {
    if (prepared.has(connection)) return;
    for (const statement of statements) await connection.executeQuery(statement);
    const [first, second] = either;
    if (first !== undefined && second !== undefined)
      await connection.executeQuery(first).catch(() => connection.executeQuery(second));
    prepared.add(connection);
  };
}
