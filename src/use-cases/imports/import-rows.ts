/** Rows into records, a batch and its events in one commit; what is wrong with a row keeps only that row out. */
import type { Admin } from '../../access/principal.js';
import type { Unit } from '../../entities/database/database.js';
import type { RegistryDefinition } from '../../protocol/registries/definition.js';
import { RecordInvalid } from '../../protocol/registries/records/record-invalid.js';
import type { Row } from '../../sources/files/file-rows.js';
import { readInputs, type ReadInput } from '../records/read-input.js';
import type { UpsertResult } from '../records/record.types.js';
import { writeInputs, type RecordWriting } from '../records/upsert-records.js';

/** A longer transaction would delay the live tail of every reader. */
const BATCH = 1000;

/** What became of rows that stand behind each other in the file. */
export interface ImportedBatch {
  /** The last of them. */
  line: number;
  rows: number;
  inserted: number;
  updated: number;
  unchanged: number;
  refused: RefusedRow[];
}

export interface RefusedRow {
  line: number;
  /** Without values. */
  reason: string;
  /** As the file has it. */
  row?: unknown;
}

export interface ImportOptions {
  /** For rows that name none. */
  recordType: string;
  /** Lines before it are passed over: an earlier import wrote them. */
  from?: number | undefined;
  /** Whether what changes is told to subscribers. */
  events?: boolean | undefined;
  signal?: AbortSignal | undefined;
  progress?: (rows: number) => void;
  /** Commits with the batch, unless rows are only checked. */
  within?: (batch: ImportedBatch, unit: Unit | undefined) => Promise<void>;
  /** Once it is committed. */
  written?: (batch: ImportedBatch) => void;
}

export interface ImportWriter {
  services: RecordWriting;
  admin: Admin;
}

/** Without a writer the rows are only checked. */
export async function importRows(
  writer: ImportWriter | undefined,
  definition: RegistryDefinition,
  rows: AsyncIterable<Row>,
  options: ImportOptions,
): Promise<void> {
  const { from = 1, progress, signal } = options;
  const writing = new Writing(writer, definition, options);
  let batch: Row[] = [];
  let count = 0;
  for await (const row of rows) {
    progress?.((count += 1));
    signal?.throwIfAborted();
    if (row.line < from) continue;
    batch.push(row);
    if (batch.length < BATCH) continue;
    await writing.take(batch);
    batch = [];
  }
  if (batch.length > 0) await writing.take(batch);
  await writing.end();
}

interface ReadRow {
  line: number;
  raw?: unknown;
  read?: ReadInput;
  /** Why it is refused, as far as that is known. */
  reason?: string | undefined;
}

class Writing {
  /** One batch is written while the next is read; two at once would not keep their order. */
  #last: Promise<void> = Promise.resolve();

  constructor(
    private readonly writer: ImportWriter | undefined,
    private readonly definition: RegistryDefinition,
    private readonly options: ImportOptions,
  ) {}

  async take(rows: Row[]): Promise<void> {
    const batch = this.#read(rows);
    await this.#last;
    this.#last = this.#write(batch);
    // Whoever awaits it next hears of it.
    this.#last.catch(() => undefined);
  }

  end(): Promise<void> {
    return this.#last;
  }

  #read(rows: Row[]): ReadRow[] {
    const { recordType } = this.options;
    const inputs = rows.flatMap((row) => ('problem' in row ? [] : { recordType, ...row.input }));
    const read = readInputs(this.definition, inputs).values();
    return rows.map((row) => {
      const { line, raw } = row;
      if ('problem' in row) return { line, raw, reason: row.problem };
      const { value } = read.next();
      return { line, raw, read: value, reason: value instanceof RecordInvalid ? textOf(value) : undefined };
    });
  }

  /** What the database itself refuses is found by writing the rows of the batch one by one. */
  async #write(batch: ReadRow[]): Promise<void> {
    try {
      await this.#settle(batch);
    } catch (error) {
      const { code, cause } = Object(error) as { code?: unknown; cause?: unknown };
      const state = String(code ?? (Object(cause) as { code?: unknown }).code);
      if (!/^2[23]/.test(state)) throw error;
      const [only, ...others] = batch;
      if (only !== undefined && others.length === 0)
        await this.#settle([{ line: only.line, raw: only.raw, reason: `the database does not take it (${state})` }]);
      else for (const row of batch) await this.#write([row]);
    }
  }

  async #settle(batch: ReadRow[]): Promise<void> {
    const { definition, writer, options } = this;
    const counts = { line: batch.at(-1)?.line ?? 0, rows: batch.length, inserted: 0, updated: 0, unchanged: 0 };
    let outcome: ImportedBatch = { ...counts, refused: refusedOf(batch) };
    const handed = batch.filter((row) => row.read !== undefined);
    if (writer === undefined || handed.length === 0) await options.within?.(outcome, undefined);
    else {
      const read = handed.flatMap((row) => row.read ?? []);
      const within = async (unit: Unit, { inserted, updated, unchanged, records }: UpsertResult): Promise<void> => {
        for (const [index, { reason, message = '' }] of records.entries())
          // The line stands for the place that the message names.
          if (reason !== undefined)
            Object.assign(handed[index] ?? {}, {
              reason: textOf({ reason, message: message.replace(/^records\.\d+: /, '') }),
            });
        outcome = { ...counts, inserted, updated, unchanged, refused: refusedOf(batch) };
        await options.within?.(outcome, unit);
      };
      await writeInputs(writer.services, writer.admin, definition, read, { events: options.events, within });
    }
    options.written?.(outcome);
  }
}

const refusedOf = (batch: ReadRow[]): RefusedRow[] =>
  batch.flatMap(({ line, reason, raw }) =>
    reason === undefined ? [] : { line, reason, ...(raw === undefined ? {} : { row: raw }) },
  );

const textOf = ({ reason, message }: Pick<RecordInvalid, 'reason' | 'message'>): string =>
  reason === 'INVALID' ? message : `${reason}: ${message}`;
