/**
 * Records that are read again by their keys: changed ones, ones that are gone, and then those that depend on them. Which
 * records those are commits with the change: a crash, or a source that does not answer just then, leaves none of them as
 * it was.
 */
import type { Database, Sql, Unit } from '../../entities/database/database.js';
import type { Owed } from '../../entities/sources/source.repository.js';
import { keysUnder } from '../../entities/sources/linked-record.repository.js';
import { countUnmet, knownRows } from '../../entities/sources/source-row.repository.js';
import { identifyingOf } from '../../protocol/registries/records/identifying.js';
import type { ClaimedSource } from './claimed-source.js';
import type { Keeping } from './keeping.js';
import { linkedKeys, linkValues, withLinked } from './linked-records.js';
import type { MappedRecord } from './map-records.js';
import { sourceRecordId } from './record-id.js';
import type { OpenSource } from './source-connections.js';
import type { RecordMapping } from './source-file.schema.js';
import type { StillServed } from './still-served.js';
import { identifierIn, keyText, type Key } from './source-row.js';
import { isTooMany, isUnfit, moreUnfit, tooManyGone, type Unfit } from './too-many-gone.js';
import { embeddingKeys } from './watermark.js';

/** Longer transactions would delay the live tail of every reader. */
export const PAGE = 250;

export class ReadAgain {
  /** Records that were gone since the begin, and which of them are there and do not fit. */
  #gone = 0;
  #unfit: Unfit | undefined;

  constructor(
    private readonly services: { database: Database; clock: () => Date },
    private readonly open: OpenSource,
    private readonly claimed: ClaimedSource,
    private readonly keeping: Keeping,
  ) {}

  /** From here on it is counted how many are gone at once. */
  begin(): void {
    this.#gone = 0;
    this.#unfit = undefined;
  }

  /** @param mayEnd however many are gone */
  async read(mapping: RecordMapping, keys: Key[], mayEnd = false): Promise<void> {
    for (const some of pagesOf(keys)) {
      await this.#readPage(mapping, some, mayEnd);
      await this.settle();
    }
  }

  /** Of a page, records that were served and do not fit any more. */
  async unfitIn(sql: Sql, records: MappedRecord[]): Promise<MappedRecord[]> {
    const unfit = records.filter(isUnfit);
    if (unfit.length === 0) return [];
    const known = await knownRows(
      sql,
      unfit.map(({ id }) => id),
    );
    const served = new Set(known.filter(({ state }) => state === 'SERVED').map(({ recordId }) => recordId));
    return unfit.filter(({ id }) => served.has(id));
  }

  /** Those that depend on what changed, of an earlier worker too. */
  async settle(): Promise<void> {
    for (let [owed] = this.#owed; owed !== undefined; [owed] = this.#owed) {
      const { entry } = owed;
      const mapping = this.open.file.records.find(({ name }) => name === entry);
      if (mapping !== undefined) await this.#readDependents(mapping, owed);
      await this.claimed.save({ capture: { owed: this.#owed.slice(1) } });
    }
  }

  async stillServed(mapping: RecordMapping, records: MappedRecord[], gone: string[] = []) {
    return this.keeping.stillServed?.(this.services.database, mapping, records, gone);
  }

  /** Gives the ids of those that changed. */
  async write(
    unit: Unit,
    mapping: RecordMapping,
    given: MappedRecord[],
    stillServed: StillServed | undefined,
  ): Promise<string[]> {
    const records = await withLinked(unit, this.open, mapping, given);
    const { definition } = this.open.mapper.typeOf(mapping);
    const { name, generation, loadedAt } = this.claimed.source;
    const initial = mapping.events.initial_events ?? this.open.file.source.initial_events;
    const silent = loadedAt === null && !initial;
    const batch = { source: name, mapping, registry: definition.registry, records, generation, silent, stillServed };
    return this.keeping.write(unit, batch, this.services.clock());
  }

  get #owed(): Owed[] {
    return this.claimed.source.capture.owed ?? [];
  }

  async #readPage(mapping: RecordMapping, keys: Key[], mayEnd = false): Promise<void> {
    const { reader, mapper } = this.open;
    const records = await mapper.map(mapping, await reader.byKeys(mapping, keys));
    const gone = [...without(keys, records), ...(await this.#leftBehind(mapping, keys, records))];
    // A row of a table that several entries are made of leads to none of theirs, too.
    const had = await knownRows(this.services.database, this.#idsOf(mapping, gone));
    const unfit = await this.unfitIn(this.services.database, records);
    if (!mayEnd) await this.#assertMayEnd(had.filter(({ state }) => state === 'SERVED').length, unfit);
    const before = await linkValues(this.services.database, mapping, this.#idsOf(mapping, [...keys, ...gone]));
    const stillServed = await this.stillServed(mapping, records, this.#idsOf(mapping, gone));
    await this.claimed.commit(async (unit) => {
      const ids = new Set(await this.write(unit, mapping, records, stillServed));
      const ended = await this.#end(unit, mapping, gone, stillServed);
      const changed = [...records.filter(({ id }) => ids.has(id)).map(({ key }) => key), ...ended];
      const told = this.claimed.told(changed.length);
      if (changed.length === 0 || !this.#hasDependents(mapping)) return told;
      const now = records.flatMap(({ identifiers }) => identifiers.filter(({ type }) => type === mapping.link?.by));
      const owed = { entry: mapping.name, keys: changed, links: [...before, ...now.map(({ value }) => value)] };
      return { ...told, capture: { owed: [...this.#owed, owed] } };
    });
  }

  /** A row whose key was changed is new under the other one; nothing but the sweep tells that it is no more under the first. */
  async #leftBehind(mapping: RecordMapping, keys: Key[], records: MappedRecord[]): Promise<Key[]> {
    const { reader, mapper, file } = this.open;
    const { definition, recordType } = mapper.typeOf(mapping);
    const served = records.filter(({ state }) => state === 'SERVED');
    const known = await knownRows(
      this.services.database,
      served.map(({ id }) => id),
    );
    const had = new Set(known.filter(({ state }) => state === 'SERVED').map(({ recordId }) => recordId));
    const numbers = served.filter(({ id }) => !had.has(id)).flatMap((record) => identifyingOf(recordType, record));
    const entry = { source: file.source.name, entry: mapping.name, registry: definition.registry };
    const holders = without(await keysUnder(this.services.database, entry, numbers), keys.map(asKeyed));
    if (holders.length === 0) return [];
    return without(holders, await mapper.map(mapping, await reader.byKeys(mapping, holders)));
  }

  #hasDependents = ({ name, link, identifiers }: RecordMapping): boolean =>
    link !== undefined ||
    identifiers.some(({ ambiguous }) => ambiguous === 'refuse') ||
    this.open.file.records.some((other) => other.touched_by[name] !== undefined);

  /** Those that embed them, that their facts go into or went into before, and that have a value of theirs. */
  async #readDependents(mapping: RecordMapping, { keys, links }: Owed): Promise<void> {
    const { records } = this.open.file;
    const read = async (other: RecordMapping, found: Key[]): Promise<void> => {
      for (const some of pagesOf(found)) await this.#readPage(other, some);
    };
    for (const other of records)
      if (other !== mapping) await read(other, await embeddingKeys(this.open, other, mapping, keys));
    const target = records.find(({ name }) => name === mapping.link?.to);
    if (target !== undefined)
      await read(target, await linkedKeys(this.services.database, this.open, mapping, target, links));
    await read(mapping, await this.#sharingKeys(mapping, keys));
  }

  /** A value that finds nobody once several have it finds those no more who had it alone. */
  async #sharingKeys(mapping: RecordMapping, changed: Key[]): Promise<Key[]> {
    const refused = mapping.identifiers.filter(({ ambiguous }) => ambiguous === 'refuse');
    if (refused.length === 0) return [];
    const { reader } = this.open;
    const known = new Set(changed.map(keyText));
    const rows = (await reader.byKeys(mapping, changed)).filter((row) => reader.problemOf(row) === undefined);
    const others: Key[] = [];
    for (const { value: column } of refused) {
      const values = new Set(rows.flatMap((row) => identifierIn(row, column) ?? []));
      const holders = await reader.keysWith(mapping, column, [...values]);
      others.push(...holders.filter((key) => !known.has(keyText(key))));
    }
    return others;
  }

  #idsOf = (mapping: RecordMapping, keys: Key[]): string[] =>
    keys.map((key) => sourceRecordId(this.claimed.source.name, mapping.name, key));

  /** A view that gives nothing any more is more likely a mistake than the death of everybody whose row was written to. */
  async #assertMayEnd(more: number, unfit: MappedRecord[]): Promise<void> {
    this.#gone += more + unfit.length;
    this.#unfit = moreUnfit(this.#unfit, unfit);
    const { file } = this.open;
    const { name, acceptEnded, generation } = this.claimed.source;
    // However many are served: without counting them.
    if (acceptEnded || !isTooMany(this.#gone, 0, file.capture)) return;
    const entries = file.records.map((mapping) => mapping.name);
    const { served } = await countUnmet(this.services.database, name, generation, entries);
    if (isTooMany(this.#gone, served, file.capture)) throw tooManyGone(this.#gone, served, this.#unfit);
  }

  /** Those that we had. */
  async #end(unit: Unit, mapping: RecordMapping, keys: Key[], stillServed: StillServed | undefined): Promise<Key[]> {
    const byId = new Map(keys.map((key) => [sourceRecordId(this.claimed.source.name, mapping.name, key), key]));
    const known = await knownRows(unit, [...byId.keys()]);
    await this.keeping.end(unit, known, this.services.clock(), stillServed);
    return known.map(({ recordId }) => byId.get(recordId) ?? []);
  }
}

const asKeyed = (key: Key): Pick<MappedRecord, 'key'> => ({ key });

function without(keys: Key[], records: Pick<MappedRecord, 'key'>[]): Key[] {
  const met = new Set(records.map(({ key }) => keyText(key)));
  return keys.filter((key) => !met.has(keyText(key)));
}

const pagesOf = (keys: Key[]): Key[][] =>
  Array.from({ length: Math.ceil(keys.length / PAGE) }, (_, index) => keys.slice(index * PAGE, (index + 1) * PAGE));
