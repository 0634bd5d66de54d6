/**
 * A batch of a live source's records → events of those that changed. Nothing of a record is kept but a digest and the
 * sealed version that was told; who is gone is told of by that version, and where none was told there is nothing to say.
 */
import type { DataVault } from '../../entities/database/data-vault.js';
import type { Sql } from '../../entities/database/database.js';
import { isRowFault } from '../../entities/database/row-fault.js';
import { findVersions, newestUpTo } from '../../entities/records/record-version.repository.js';
import { leaveNumbers, type LostNumber } from '../../entities/records/left-number.repository.js';
import { raise } from '../../entities/records/record-write.repository.js';
import type { Identifier } from '../../entities/records/record.repository.js';
import { forgetRows, keepRows, knownRows, type KnownRow } from '../../entities/sources/source-row.repository.js';
import { nextVersions, toldRecords, type ToldRecord } from '../../entities/sources/told-record.repository.js';
import { identifiersOf } from '../../protocol/registries/records/normalize.js';
import type { Registries } from '../../protocol/registries/registries.js';
import { countsOf, digested, eventOf, rowOf, type Batch, type Keeping } from './keeping.js';
import type { MappedRecord } from './map-records.js';
import { nameOf } from './named-keys.js';
import type { OpenSource } from './source-connections.js';
import type { RecordMapping } from './source-file.schema.js';
import { stillServedBy, type StillServed } from './still-served.js';

interface Told extends ToldRecord {
  identifiers: Identifier[];
  data: Record<string, unknown>;
  eventType: string;
}

export class LiveTeller implements Keeping {
  constructor(
    private readonly vault: DataVault,
    private readonly registries: Registries,
    private readonly source: string,
    /** Undefined of another DCI server, which says itself who is gone. */
    private readonly open?: OpenSource,
  ) {}

  async stillServed(sql: Sql, mapping: RecordMapping, records: MappedRecord[], gone: string[]): Promise<StillServed> {
    const here = new Map(records.filter(({ state }) => state !== 'SERVED').map((record) => [record.id, record]));
    const ids = [...here.keys(), ...gone];
    if (this.open === undefined || ids.length === 0) return new Map();
    const rows = (await knownRows(sql, ids)).filter(({ state }) => state === 'SERVED');
    if (rows.length === 0) return new Map();
    const { definition, recordType } = this.open.mapper.typeOf(mapping);
    // Where a person has several records, such as enrolments, each ends by itself.
    if (recordType.severalPerSubject !== undefined) return new Map();
    const last = await this.#lastTold(sql, rows);
    const ending = rows.map(({ recordId: id }) => {
      const { identifiers = [] } = here.get(id) ?? {};
      return identifiers.length > 0
        ? { id, identifiers }
        : { id, identifiers: identifiersOf(definition, recordType.name, last.get(id) ?? {}) };
    });
    return stillServedBy(this.open, mapping, ending);
  }

  async write(sql: Sql, batch: Batch, now: Date): Promise<string[]> {
    const rows = digested(batch);
    const known = new Map(
      (
        await knownRows(
          sql,
          rows.map(({ record }) => record.id),
        )
      ).map((row) => [row.recordId, row]),
    );
    const changed = rows
      .filter(({ record, digest }) => known.get(record.id)?.digest !== digest)
      .map(({ record }) => record);
    const versions = batch.silent ? new Map<string, number>() : await this.#tellAll(sql, batch, changed, known, now);
    await keepRows(
      sql,
      batch.source,
      batch.generation,
      rows.map(({ record, digest }) => ({
        ...rowOf(batch, record, digest),
        version: record.state === 'SERVED' ? (versions.get(record.id) ?? known.get(record.id)?.version ?? 0) : 0,
        counts: countsOf(batch.mapping, record.data),
      })),
    );
    return changed.map(({ id }) => id);
  }

  async end(sql: Sql, rows: KnownRow[], now: Date, stillServed?: StillServed): Promise<void> {
    const ids = rows.map(({ recordId }) => recordId);
    const served = rows.filter(({ state }) => state === 'SERVED');
    const records = new Map((await toldRecords(sql, ids)).map((record) => [record.id, record]));
    const last = await this.#lastTold(sql, served);
    const ended = served.flatMap(({ recordId }) => this.#deletion(records.get(recordId), last.get(recordId)) ?? []);
    await this.#tell(sql, await this.#goneBy(sql, ended, stillServed), now);
    await forgetRows(sql, ids);
  }

  async #tellAll(
    sql: Sql,
    { mapping, registry, eventType: said, stillServed }: Batch,
    changed: MappedRecord[],
    known: Map<string, KnownRow>,
    now: Date,
  ): Promise<Map<string, number>> {
    const before = (id: string): KnownRow | undefined => {
      const row = known.get(id);
      return row?.state === 'SERVED' ? row : undefined;
    };
    const last = await this.#lastTold(
      sql,
      changed.flatMap(({ id }) => before(id) ?? []),
    );
    const told = changed.flatMap((record): Told | [] => {
      const { id, state, identifiers, data } = record;
      const of = { id, registry, recordType: mapping.type };
      const held = before(id);
      if (state === 'SERVED') {
        const eventType = said ?? eventOf(mapping, held?.counts, countsOf(mapping, data));
        return { ...of, identifiers, data, eventType: eventType ?? (held === undefined ? 'REGISTER' : 'UPDATE') };
      }
      if (held === undefined && said === undefined) return [];
      // Who ended is still there to be read; who is withheld is not. Of whom it is only said, that may be the number alone.
      const whole = said === undefined ? data : { ...last.get(id), ...data };
      if (identifiers.length > 0) return { ...of, identifiers, data: whole, eventType: 'DELETE' };
      return this.#deletion(of, last.get(id)) ?? [];
    });
    await leaveNumbers(
      sql,
      told.flatMap((one) => this.#lostNumbers(one, last.get(one.id))),
    );
    return this.#tell(sql, await this.#goneBy(sql, told, stillServed), now);
  }

  /** Who is still served by an identifier is not told to be gone by it. */
  async #goneBy(sql: Sql, told: Told[], stillServed: StillServed = new Map()): Promise<Told[]> {
    const held = (one: Told): Identifier[] => (one.eventType === 'DELETE' ? (stillServed.get(one.id) ?? []) : []);
    await leaveNumbers(
      sql,
      told.flatMap((one) => held(one).map((number) => ({ ...number, ...placeOf(one) }))),
    );
    return told.flatMap((one) => {
      const identifiers = one.identifiers.filter((each) => !held(one).some((other) => nameOf(other) === nameOf(each)));
      return identifiers.length === 0 && held(one).length > 0 ? [] : [{ ...one, identifiers }];
    });
  }

  /** Under which it was told of before, and is not any more. */
  #lostNumbers(told: Told, last: Record<string, unknown> = {}): LostNumber[] {
    const definition = this.registries.byName(told.registry);
    if (definition === undefined) return [];
    const kept = new Set(told.identifiers.map(nameOf));
    return identifiersOf(definition, told.recordType, last)
      .filter((one) => !kept.has(nameOf(one)))
      .map((lost) => ({ ...lost, ...placeOf(told) }));
  }

  #deletion(of: ToldRecord | undefined, data: Record<string, unknown> | undefined): Told | undefined {
    const definition = of && this.registries.byName(of.registry);
    if (definition === undefined || of === undefined || data === undefined) return undefined;
    return { ...of, identifiers: identifiersOf(definition, of.recordType, data), data, eventType: 'DELETE' };
  }

  /** What was told of records last, where somebody was told and it is still kept, as it was. */
  async #lastTold(sql: Sql, rows: KnownRow[]): Promise<Map<string, Record<string, unknown>>> {
    const keys = await newestUpTo(
      sql,
      rows.filter(({ version }) => version > 0),
    );
    const opened = await findVersions(sql, this.vault, keys);
    const found = new Map<string, Record<string, unknown>>();
    for (const [index, { recordId }] of keys.entries()) {
      const data = await opened[index]?.().catch(broken);
      if (data !== undefined) found.set(recordId, data);
    }
    return found;
  }

  async #tell(sql: Sql, told: Told[], now: Date): Promise<Map<string, number>> {
    if (told.length === 0) return new Map();
    const versions = await nextVersions(sql, this.source, told, now);
    const raised = told.map(({ id, registry, recordType, identifiers, data, eventType }) => ({
      draft: { registry, recordType, identifiers },
      after: { id, version: versions.get(id) ?? 1 },
      eventType,
      json: JSON.stringify(data),
    }));
    await raise(sql, this.vault, raised, now);
    return versions;
  }
}

/** One that was altered tells nothing, and keeps nobody else from being told of. */
function broken(error: unknown): undefined {
  if (!isRowFault(error)) throw error;
}

const placeOf = ({ id, registry, recordType }: Told): Omit<LostNumber, keyof Identifier> => ({
  recordId: id,
  registry,
  recordType,
});
