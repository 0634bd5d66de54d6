/**
 * What a PostgreSQL source tells of its committed transactions, gathered until it is taken: which rows of the watched tables
 * were written to, never what is in them. Acknowledged is what the caller has committed, and nothing else: the library's own
 * timer, and its acknowledging by itself, are off, since they acknowledge what was merely received.
 */
import { LogicalReplicationService, PgoutputPlugin, type Pgoutput } from 'pg-logical-replication';
import { within } from '../../platform/within.js';
import { publicationOf, type PublishedTable } from './publication.js';
import { lsnOf, lsnText, slotOf } from './replication-slot.js';
import type { Row } from './source-database.js';
import { SourceFault, sourceFault } from './source-fault.js';
import type { SourceFile } from './source-file.schema.js';
import { wordsOf, type WatchedTable } from './watched-tables.js';

/** Rows that were written to, each once; `'whole'` where any may have been. */
export type Touched = Map<WatchedTable, Map<string, Row> | 'whole'>;

/** Of a table: beyond, reading the source whole costs less than keeping account. */
const MOST_ROWS = 50_000;
const CONNECT_MS = 5000;
/** A server says at once that it begins; one that does not may never. */
const START_MS = 10_000;

interface Watched {
  watched: WatchedTable;
  words: Set<string>;
}

export class ChangeStream {
  readonly #service: LogicalReplicationService;
  /** By their number, under which they stay who they are with another name, and by the name that the file has. */
  #tables = new Map<number | string, Watched>();
  /** Of the transaction that is being told; of those told whole. */
  #telling: Touched | undefined;
  #told: Touched = new Map();
  /** Number of the transaction that is being told; of those that #told is of. */
  #transaction = 0;
  #transactions = new Set<number>();
  #received = 0n;
  #applied = '0/0';
  /** Since when the server owes us an answer. */
  #askedAt: number | undefined;
  #fault: SourceFault | undefined;
  #news: () => void = () => undefined;

  private constructor(url: string, tables: PublishedTable[]) {
    this.watch(tables);
    this.#service = new LogicalReplicationService(
      { connectionString: url, connectionTimeoutMillis: CONNECT_MS, keepAlive: true, application_name: 'dci-gateway' },
      { acknowledge: { auto: false, timeoutSeconds: 0 } },
    );
    this.#service.on('data', (_lsn: string, message: Pgoutput.Message) => {
      this.#askedAt = undefined;
      this.#guarded(() => this.#read(message));
    });
    this.#service.on('heartbeat', (lsn, _time, shouldRespond) => {
      this.#askedAt = undefined;
      if (this.#telling === undefined) this.#advance(lsn);
      if (shouldRespond) void this.#answer();
    });
    this.#service.on('error', (error) => this.#fail(error));
  }

  /** @throws SourceFault */
  static async open(url: string, file: SourceFile, tables: PublishedTable[], applied: string): Promise<ChangeStream> {
    const stream = new ChangeStream(url, tables);
    stream.#applied = applied;
    const plugin = new Reader({ protoVersion: 1, publicationNames: [`"${publicationOf(file)}"`] }, (error) =>
      stream.#fail(error),
    );
    const started = new Promise<void>((resolve) => void stream.#service.on('start', resolve));
    const ended = stream.#service
      .subscribe(plugin, slotOf(file))
      .then(() => stream.#fail(new SourceFault('the source ended its stream of changes')))
      .catch((error: unknown) => stream.#fail(error));
    const late = new SourceFault('the source did not begin its stream of changes in time');
    await within(START_MS, Promise.race([started, ended])).catch(() => stream.#fail(late));
    if (stream.#fault !== undefined) {
      await stream.close();
      throw stream.#fault;
    }
    return stream;
  }

  /** What it tells from here on is of these. */
  watch(tables: PublishedTable[]): void {
    this.#tables = new Map(
      tables.flatMap(({ watched, table }): [number | string, Watched][] => {
        if (table === undefined) return [];
        const known = { watched, words: wordsOf(watched) };
        const numbers = [table.oid, ...table.heirs.map(({ oid }) => oid)];
        return [`${table.schema}.${table.name}`, ...numbers].map((name) => [name, known]);
      }),
    );
  }

  /** All of it is received up to here. */
  get received(): bigint {
    return this.#received;
  }

  /** For how many milliseconds it has owed an answer: a line that is dead says nothing, and does not end. */
  get silentMs(): number {
    return this.#askedAt === undefined ? 0 : performance.now() - this.#askedAt;
  }

  /** What whole transactions touched since the last time, which they are, and to what position that leads. @throws SourceFault */
  take(): { touched: Touched; transactions: Set<number>; upTo: string } {
    if (this.#fault !== undefined) throw this.#fault;
    const [touched, transactions] = [this.#told, this.#transactions];
    [this.#told, this.#transactions] = [new Map(), new Set()];
    const applied = lsnOf(this.#applied);
    return { touched, transactions, upTo: lsnText(this.#received > applied ? this.#received : applied) };
  }

  /** The caller has committed all that leads to this position. @param isAnswerWanted asks the server how far it has told */
  async acknowledge(upTo: string, isAnswerWanted = false): Promise<void> {
    this.#applied = upTo;
    await this.#answer(isAnswerWanted);
  }

  /** Until something is told, the stream ends, or time has passed. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (this.#fault !== undefined || this.#told.size > 0) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done);
      this.#news = done;
    });
  }

  async close(): Promise<void> {
    await this.#service.destroy().catch(() => undefined);
  }

  /**
   * The library says one byte more than it is given. A position is where the next record begins; where that is the end of a
   * transaction, the byte more says that we have it, and after a new start it would be told no more.
   */
  async #answer(isAnswerWanted = false): Promise<void> {
    const applied = lsnOf(this.#applied);
    if (applied === 0n) return;
    if (isAnswerWanted) this.#askedAt ??= performance.now();
    await this.#service.acknowledge(lsnText(applied - 1n), isAnswerWanted);
  }

  #read(message: Pgoutput.Message): void {
    if (message.tag === 'begin') this.#begin(message.xid);
    // Values arrive as the source writes them: they are looked up by, never shown.
    else if (message.tag === 'relation') for (const column of message.columns) column.parser = String;
    else if (message.tag === 'truncate')
      for (const relation of message.relations) this.#touchWhole(this.#watchedOf(relation)?.watched);
    else if (message.tag === 'commit') this.#commit(message.commitEndLsn ?? '0/0');
    else if (message.tag === 'insert' || message.tag === 'update' || message.tag === 'delete')
      for (const row of rowsOf(message)) this.#touch(message.relation, row);
  }

  #begin(transaction: number): void {
    this.#telling = new Map();
    this.#transaction = transaction;
  }

  #touch(relation: Pgoutput.MessageRelation, row: Row): void {
    const known = this.#watchedOf(relation);
    if (known === undefined || isIgnored(known.watched, row)) return;
    const rows = this.#telling?.get(known.watched);
    if (rows === 'whole') return;
    const kept: Row = {};
    for (const column of Object.keys(row))
      if (row[column] !== undefined && (relation.keyColumns.includes(column) || known.words.has(column)))
        kept[column] = row[column];
    const held = rows ?? new Map<string, Row>();
    held.set(JSON.stringify(kept), kept);
    if (held.size > MOST_ROWS) this.#touchWhole(known.watched);
    else this.#telling?.set(known.watched, held);
  }

  #touchWhole(table: WatchedTable | undefined): void {
    if (table !== undefined) this.#telling?.set(table, 'whole');
  }

  #commit(end: string): void {
    for (const [table, rows] of this.#telling ?? []) {
      const held = this.#told.get(table);
      if (held === undefined || rows === 'whole') this.#told.set(table, rows);
      else if (held !== 'whole') {
        for (const [key, row] of rows) held.set(key, row);
        if (held.size > MOST_ROWS) this.#told.set(table, 'whole');
      }
    }
    if (this.#telling !== undefined && this.#telling.size > 0) this.#transactions.add(this.#transaction);
    this.#telling = undefined;
    this.#advance(end);
    if (this.#told.size > 0) this.#news();
  }

  #advance(lsn: string): void {
    const position = lsnOf(lsn);
    if (position > this.#received) this.#received = position;
  }

  #watchedOf({ relationOid, schema, name }: Pgoutput.MessageRelation): Watched | undefined {
    return this.#tables.get(relationOid) ?? this.#tables.get(`${schema}.${name}`);
  }

  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#fault ??= sourceFault(error);
    this.#news();
  }
}

/** Of an update that moved a row, where it was and where it is. */
function rowsOf(message: Pgoutput.MessageInsert | Pgoutput.MessageUpdate | Pgoutput.MessageDelete): Row[] {
  if (message.tag === 'insert') return [message.new];
  const before = message.old ?? message.key;
  const gone = before === null ? [] : [goneRow(message.relation, before)];
  return message.tag === 'update' ? [message.new, ...gone] : gone;
}

/** Of what is no more, only the key is told: the rest can be asked for no more either. */
const goneRow = ({ columns }: Pgoutput.MessageRelation, before: Row): Row =>
  Object.fromEntries(columns.map(({ name }) => [name, before[name] ?? null]));

const isIgnored = ({ ignore }: WatchedTable, row: Row): boolean =>
  Object.entries(ignore).some(([column, values]) => values.includes(row[column] ?? ''));

/** Runs where a socket reads: what it throws nobody would catch. */
class Reader extends PgoutputPlugin {
  constructor(
    options: Pgoutput.Options,
    private readonly fail: (error: unknown) => void,
  ) {
    super(options);
  }

  override parse(buffer: Buffer): Pgoutput.Message {
    try {
      return super.parse(buffer);
    } catch (error) {
      this.fail(error);
      return { tag: 'origin', originLsn: null, originName: '' };
    }
  }
}
