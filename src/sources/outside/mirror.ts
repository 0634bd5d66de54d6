/**
 * A source that is followed: a sweep reads every row of a source page by page and finds what is gone; between sweeps, and beside them where
 * the source has a stream of changes, the records that it says were written to are read again. Each page commits with how
 * far it is, so a crash repeats at most a page.
 */
import type { DataVault } from '../../entities/database/data-vault.js';
import type { Database, Unit } from '../../entities/database/database.js';
import { holdSource, saveSource, type StoredSource } from '../../entities/sources/source.repository.js';
import { countUnmet, knownRows, unmetRows } from '../../entities/sources/source-row.repository.js';
import type { Registries } from '../../protocol/registries/registries.js';
import type { Keeping } from './keeping.js';
import { linkedKeys, linkValues, withLinked } from './linked-records.js';
import type { MappedRecord } from './map-records.js';
import { sourceRecordId } from './record-id.js';
import { follow, type Following } from './follow.js';
import type { OpenSource } from './source-connections.js';
import type { Row } from './source-database.js';
import { unmetExpectations } from './source-expectations.js';
import { codeOf, SourceFault } from './source-fault.js';
import { untilReadable } from './readable-transactions.js';
import { keysOf } from './touched-keys.js';
import { nextRefresh, refreshDueAt, refreshedKeys } from './refresh.js';
import { isFollowed, type RecordMapping, type SourceFile } from './source-file.schema.js';
import { cell, keyOf, keyText, type Key } from './source-reader.js';
import { isTooMany, tooManyGone } from './too-many-gone.js';
import { clockOf, embeddingKeys, touchedKeys, watermarkOf } from './watermark.js';
import { LiveTeller } from './live-teller.js';
import { copies } from './mirror-writer.js';

export interface MirrorServices {
  database: Database;
  vault: DataVault;
  registries: Registries;
  clock: () => Date;
  /** Events were raised. */
  told: () => void;
}

/** Longer transactions would delay the live tail of every reader. */
const PAGE = 250;
const SWEEP_ONLY_MS = 60_000;
/** So often a stream that is quiet is looked after. */
const TICK_MS = 1000;
/** A live source of which nobody asked to be told; when its file is applied anew, it is looked at anew. */
const UNFOLLOWED_MS = 86_400_000;
/** The slot knows nothing of a publication that was made after it. */
const NO_PUBLICATION = '42704';

export class Mirror {
  readonly #keeping: Keeping;
  #polledAt = 0;
  #tickedAt = 0;
  /** Records that were gone when changes were last read. */
  #gone = 0;

  constructor(
    private readonly services: MirrorServices,
    private readonly open: OpenSource,
    private source: StoredSource,
    private readonly worker: string,
  ) {
    const { vault, registries } = services;
    this.#keeping = source.mode === 'LIVE' ? new LiveTeller(vault, registries, source.name) : copies(vault);
  }

  /** Reads until nothing is left to read now; a stream of changes until it is told to stop. Gives when it is due again. @throws SourceFault */
  async run(signal: AbortSignal): Promise<Date> {
    if (!isFollowed(this.open.file)) {
      if (this.source.state === 'FAILED') await this.#save({ state: 'RUNNING', lastError: null });
      return new Date(this.services.clock().getTime() + UNFOLLOWED_MS);
    }
    const following = await follow(this.open, this.source.capture, ({ capture, isAnew }) =>
      this.#save({ capture, ...(isAnew ? ANEW : {}) }),
    );
    try {
      return await this.#read(signal, following);
    } catch (error) {
      if (codeOf(error) === NO_PUBLICATION && following !== undefined) await this.#save({ capture: { upTo: null } });
      throw error;
    } finally {
      await following?.close();
    }
  }

  async #read(signal: AbortSignal, following: Following | undefined): Promise<Date> {
    const { capture } = this.open.file;
    const every = watermarkOf(this.open.file)?.every ?? SWEEP_ONLY_MS;
    for (let hasPolled = false; ;) {
      signal.throwIfAborted();
      if (following !== undefined) await this.#takeOver(following, signal);
      const now = this.services.clock().getTime();
      const { position, sweptAt, mark, loadedAt } = this.source;
      // The sweep has its turn, however long the polls take.
      const isTurn: boolean = loadedAt !== null && mark !== null && !hasPolled;
      const polls: boolean = isTurn && following === undefined && now - this.#polledAt >= every;
      const refreshes: boolean = isTurn && nextRefresh(this.open.file, this.source) <= now;
      hasPolled = polls || refreshes;
      if (refreshes && mark !== null) await this.#refresh(mark, now);
      if (polls && mark !== null) await this.#poll(mark);
      else if (refreshes) continue;
      else if (position !== null) await this.#sweepPage(position);
      else if (sweptAt === null || this.#isSweepDue()) await this.#beginSweep();
      else if (following !== undefined) await following.stream.wait(TICK_MS, signal);
      else return this.#dueAt(now + every, new Date(sweptAt).getTime() + capture.sweep);
    }
  }

  #dueAt = (...others: number[]): Date => new Date(Math.min(...others, nextRefresh(this.open.file, this.source)));

  /** What time alone has changed, by entry; since the sweep, where it was not asked before. */
  async #refresh(swept: string, now: number): Promise<void> {
    for (const mapping of this.open.file.records) {
      if (refreshDueAt(mapping, this.source) > now) continue;
      const last = this.source.capture.refreshed?.[mapping.name]?.mark ?? swept;
      const mark = await clockOf(this.open.reader.database);
      this.#gone = 0;
      await this.#readAgain(mapping, await refreshedKeys(this.open, mapping, last));
      const refreshed = { ...this.source.capture.refreshed, [mapping.name]: { at: new Date(now).toISOString(), mark } };
      await this.#save({ capture: { refreshed } });
    }
  }

  /** What the stream has told since the last time: read again, committed, and only then acknowledged. */
  async #takeOver(following: Following, signal: AbortSignal): Promise<void> {
    const { stream, tables } = following;
    const { touched, transactions, upTo } = stream.take();
    const now = this.services.clock();
    const isTick = now.getTime() - this.#tickedAt >= TICK_MS;
    if (touched.size === 0 && !isTick) return;
    await untilReadable(this.open.reader.database, transactions, signal);
    this.#gone = 0;
    let isAnew = false;
    for (const mapping of touched.size === 0 ? [] : this.open.file.records) {
      const keys = await keysOf(this.open, this.services.database, tables, mapping, touched);
      if (keys === 'all') isAnew = true;
      else await this.#readAgain(mapping, keys);
    }
    const publication = await following.changedPublication(now);
    if (publication !== undefined) isAnew = true;
    const isWhole = !isAnew && this.source.sweptAt !== null;
    const freshAt = isTick ? await following.freshAt(upTo, now) : undefined;
    if (isTick) this.#tickedAt = now.getTime();
    await this.#save({
      capture: { upTo, ...(publication === undefined ? {} : { publication }) },
      ...(isAnew ? ANEW : {}),
      // What made it fail may be told only now: it is well once nothing is left to be told.
      ...(isWhole && freshAt !== undefined ? { freshAt: freshAt.toISOString(), ...this.#ifWell() } : {}),
    });
    await stream.acknowledge(upTo, isTick);
  }

  /** Where the sweep is late, something keeps it from its end, which a change does not mend. */
  #ifWell(): Partial<StoredSource> {
    const isWell = !this.#isSweepDue() && this.source.position === null;
    return isWell && this.source.state !== 'RUNNING' ? { state: 'RUNNING', lastError: null } : {};
  }

  #isSweepDue(): boolean {
    const { sweptAt } = this.source;
    const { sweep } = this.open.file.capture;
    return sweptAt === null || new Date(sweptAt).getTime() + sweep <= this.services.clock().getTime();
  }

  async #beginSweep(): Promise<void> {
    const { reader, file } = this.open;
    const began = this.services.clock().toISOString();
    const mark = await clockOf(reader.database);
    let total: number | undefined = 0;
    for (const mapping of file.records) {
      const counted = await reader.count(mapping).catch(() => undefined);
      total = total === undefined || counted === undefined ? undefined : total + counted;
    }
    const position = { entry: 0, done: 0, mark, began, ...(total === undefined ? {} : { total }) };
    await this.#save({ position, generation: this.source.generation + 1 });
  }

  async #sweepPage(position: NonNullable<StoredSource['position']>): Promise<void> {
    const { reader, mapper, file } = this.open;
    const mapping = file.records[position.entry];
    if (mapping === undefined) return this.#endSweep(position);
    const { rows, next: after } = await reader.page(mapping, position.after, PAGE);
    const records = await mapper.map(mapping, rows);
    if (position.after === undefined) records.push(...keyless(mapping, file, await reader.countKeyless(mapping)));
    const { after: _after, ...here } = { ...position, done: position.done + rows.length };
    const next = after === undefined ? { ...here, entry: position.entry + 1 } : { ...here, after };
    await this.#commit(async (unit) => {
      const changed = await this.#write(unit, mapping, records);
      // A live source is served before its records are known.
      const state = this.source.mode === 'LIVE' ? 'RUNNING' : 'LOADING';
      const loading = this.source.loadedAt === null ? ({ state, lastError: null } as const) : {};
      return { position: next, ...loading, ...this.#told(changed.length) };
    });
  }

  /** What the sweep did not meet is gone; much of it at once is more likely a mistake at the source. */
  async #endSweep({ mark, began }: NonNullable<StoredSource['position']>): Promise<void> {
    const { name, generation, acceptEnded } = this.source;
    const { capture, records } = this.open.file;
    const entries = records.map((mapping) => mapping.name);
    const { unmet, served } = await countUnmet(this.services.database, name, generation, entries);
    if (!acceptEnded && (isTooMany(unmet, served, capture) || (unmet > 1 && unmet === served))) {
      await this.#save({ position: null });
      throw tooManyGone(unmet, served);
    }
    if (unmet > 0 && !acceptEnded) await this.#assertExpected();
    while (await this.#endUnmet());
    await this.#save({
      position: null,
      sweptAt: began,
      acceptEnded: false,
      mark,
      freshAt: began,
      state: 'RUNNING',
      lastError: null,
      ...(this.source.loadedAt === null ? { loadedAt: this.services.clock().toISOString() } : {}),
    });
  }

  /** Nobody is ended by a view that does not hold what its file says of it. */
  async #assertExpected(): Promise<void> {
    const [fault] = await unmetExpectations(this.open);
    if (fault === undefined) return;
    await this.#save({ position: null });
    throw new SourceFault(`${fault.place.join('.')}: ${fault.message}`);
  }

  /** Some of the rows that the sweep did not meet; whether there may be more. */
  async #endUnmet(): Promise<boolean> {
    const { name, generation } = this.source;
    let ended = 0;
    await this.#commit(async (unit) => {
      const rows = await unmetRows(unit, name, generation, PAGE);
      await this.#keeping.end(unit, rows, this.services.clock());
      ended = rows.length;
      return this.#told(ended);
    });
    return ended === PAGE;
  }

  async #poll(since: string): Promise<void> {
    const began = this.services.clock();
    const mark = await clockOf(this.open.reader.database);
    this.#gone = 0;
    for (const mapping of this.open.file.records)
      await this.#readAgain(mapping, await touchedKeys(this.open, mapping, since));
    this.#polledAt = began.getTime();
    await this.#save({
      mark,
      ...(watermarkOf(this.open.file) === undefined ? {} : { freshAt: began.toISOString() }),
      ...this.#ifWell(),
    });
  }

  /** Records by key: changed ones, ones that are gone, and then those that embed them. */
  async #readAgain(mapping: RecordMapping, keys: Key[]): Promise<void> {
    const { reader, mapper, file } = this.open;
    for (let at = 0; at < keys.length; at += PAGE) {
      const some = keys.slice(at, at + PAGE);
      const rows = await reader.byKeys(mapping, some);
      const records = await mapper.map(mapping, rows);
      const met = new Set(records.map(({ key }) => keyText(key)));
      const gone = some.filter((key) => !met.has(keyText(key)));
      // A row of a table that several entries are made of leads to none of theirs, too.
      const had = await knownRows(this.services.database, this.#idsOf(mapping, gone));
      await this.#assertMayEnd(had.filter(({ state }) => state === 'SERVED').length);
      const changed: Key[] = [];
      const before = await linkValues(this.services.database, mapping, this.#idsOf(mapping, some));
      await this.#commit(async (unit) => {
        const ids = new Set(await this.#write(unit, mapping, records));
        const ended = await this.#end(unit, mapping, gone);
        changed.push(...records.filter(({ id }) => ids.has(id)).map(({ key }) => key), ...ended);
        return this.#told(changed.length);
      });
      for (const other of file.records)
        if (other !== mapping && changed.length > 0)
          await this.#readAgain(other, await embeddingKeys(this.open, other, mapping, changed));
      if (changed.length > 0) await this.#tellLinked(mapping, records, before);
      await this.#tellSharing(mapping, rows, changed);
    }
  }

  /** A value that finds nobody once several have it finds those no more who had it alone. */
  async #tellSharing(mapping: RecordMapping, rows: Row[], changed: Key[]): Promise<void> {
    const keys = new Set(changed.map(keyText));
    const { reader } = this.open;
    const isRead = (row: Row): boolean => reader.problemOf(row) === undefined;
    const written = rows.filter((row) => isRead(row) && keys.has(keyText(keyOf(row, mapping.key))));
    for (const { value: column, ambiguous } of mapping.identifiers) {
      if (ambiguous !== 'refuse') continue;
      const values = new Set(written.flatMap((row) => cell(row, column) ?? []));
      const holders = await reader.keysWith(mapping, column, [...values]);
      const others = holders.filter((key) => !keys.has(keyText(key)));
      if (others.length > 0) await this.#readAgain(mapping, others);
    }
  }

  /** The records that facts of these go into, or went into before. */
  async #tellLinked(mapping: RecordMapping, records: MappedRecord[], before: string[]): Promise<void> {
    const { link } = mapping;
    const target = this.open.file.records.find(({ name }) => name === link?.to);
    if (link === undefined || target === undefined) return;
    const now = records.flatMap(({ identifiers }) => identifiers.filter(({ type }) => type === link.by));
    const values = [...before, ...now.map(({ value }) => value)];
    await this.#readAgain(target, await linkedKeys(this.open, mapping, values));
  }

  #idsOf = (mapping: RecordMapping, keys: Key[]): string[] =>
    keys.map((key) => sourceRecordId(this.source.name, mapping.name, key));

  /** A view that gives nothing any more is more likely a mistake than the death of everybody whose row was written to. */
  async #assertMayEnd(more: number): Promise<void> {
    this.#gone += more;
    const { name, acceptEnded, generation } = this.source;
    // However many are served: without counting them.
    if (acceptEnded || !isTooMany(this.#gone, 0, this.open.file.capture)) return;
    const entries = this.open.file.records.map((mapping) => mapping.name);
    const { served } = await countUnmet(this.services.database, name, generation, entries);
    if (isTooMany(this.#gone, served, this.open.file.capture)) throw tooManyGone(this.#gone, served);
  }

  /** Those that we had. */
  async #end(unit: Unit, mapping: RecordMapping, keys: Key[]): Promise<Key[]> {
    const byId = new Map(keys.map((key) => [sourceRecordId(this.source.name, mapping.name, key), key]));
    const known = await knownRows(unit, [...byId.keys()]);
    await this.#keeping.end(unit, known, this.services.clock());
    return known.map(({ recordId }) => byId.get(recordId) ?? []);
  }

  async #write(unit: Unit, mapping: RecordMapping, given: MappedRecord[]): Promise<string[]> {
    const records = await withLinked(unit, this.open, mapping, given);
    const { definition } = this.open.mapper.typeOf(mapping);
    const { name, generation, loadedAt } = this.source;
    const initial = mapping.events.initial_events ?? this.open.file.source.initial_events;
    const silent = loadedAt === null && !initial;
    const batch = { source: name, mapping, registry: definition.registry, records, generation, silent };
    return this.#keeping.write(unit, batch, this.services.clock());
  }

  #told = (changed: number): Partial<StoredSource> =>
    changed === 0 ? {} : { lastChangeAt: this.services.clock().toISOString() };

  #save = (changes: Partial<StoredSource>): Promise<void> => this.#commit(async () => changes);

  /** In one transaction with how far the source is read; nothing once it was paused, changed or taken. */
  async #commit(work: (unit: Unit) => Promise<Partial<StoredSource>>): Promise<void> {
    const changes = await this.services.database.transaction(async (unit) => {
      if ((await holdSource(unit, this.source, this.worker)) === undefined) throw new ClaimOver();
      const done = await work(unit);
      if (Object.keys(done).length > 0) await saveSource(unit, this.source.name, done);
      return done;
    });
    const capture = { ...this.source.capture, ...changes.capture };
    this.source = { ...this.source, ...changes, capture };
    if (changes.lastChangeAt !== undefined) this.services.told();
  }
}

/** Rows without a key are kept out together: nothing tells one from another. */
function keyless({ name, key }: RecordMapping, { source }: SourceFile, count: number): MappedRecord[] {
  if (count === 0) return [];
  const none = key.map(() => '');
  const reason = `${count} rows have no value in the key column ${key.join(', ')}`;
  const id = sourceRecordId(source.name, name, none);
  return [{ id, key: none, state: 'REFUSED', identifiers: [], data: {}, children: [], path: '', reason }];
}

/** Everything is to be read again. */
const ANEW = { position: null, sweptAt: null } as const;

/** Somebody else has the source now, or an administrator changed it. */
export class ClaimOver extends Error {}
