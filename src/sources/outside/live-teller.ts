/**
 * A batch of a live source's records → events of those that changed. Nothing of a record is kept but a digest and the
 * sealed version that was told; who is gone is told of by that version, and where none was told there is nothing to say.
 */
import type { DataVault } from '../../entities/database/data-vault.js';
import type { Sql } from '../../entities/database/database.js';
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
  ) {}

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

  async end(sql: Sql, rows: KnownRow[], now: Date): Promise<void> {
    const ids = rows.map(({ recordId }) => recordId);
    const served = rows.filter(({ state }) => state === 'SERVED');
    const records = new Map((await toldRecords(sql, ids)).map((record) => [record.id, record]));
    const last = await this.#lastTold(sql, served);
    const ended = served.flatMap(({ recordId }) => this.#deletion(records.get(recordId), last.get(recordId)) ?? []);
    await this.#tell(sql, ended, now);
    await forgetRows(sql, ids);
  }

  async #tellAll(
    sql: Sql,
    { mapping, registry, eventType: said }: Batch,
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
    return this.#tell(sql, told, now);
  }

  /** Under which it was told of before, and is not any more. */
  #lostNumbers({ id, registry, recordType, identifiers }: Told, last: Record<string, unknown> = {}): LostNumber[] {
    const definition = this.registries.byName(registry);
    if (definition === undefined) return [];
    const kept = new Set(identifiers.map(({ type, value }) => `${type} ${value}`));
    return identifiersOf(definition, recordType, last)
      .filter(({ type, value }) => !kept.has(`${type} ${value}`))
      .map((lost) => ({ ...lost, recordId: id, registry, recordType }));
  }

  #deletion(of: ToldRecord | undefined, data: Record<string, unknown> | undefined): Told | undefined {
    const definition = of && this.registries.byName(of.registry);
    if (definition === undefined || of === undefined || data === undefined) return undefined;
    return { ...of, identifiers: identifiersOf(definition, of.recordType, data), data, eventType: 'DELETE' };
  }

  /** What was told of records last, where somebody was told and it is still kept. */
  async #lastTold(sql: Sql, rows: KnownRow[]): Promise<Map<string, Record<string, unknown>>> {
    const keys = await newestUpTo(
      sql,
      rows.filter(({ version }) => version > 0),
    );
    const opened = await findVersions(sql, this.vault, keys);
    const found = new Map<string, Record<string, unknown>>();
    for (const [index, { recordId }] of keys.entries()) {
      const data = await opened[index]?.();
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
