/**
 * A source that is followed: a sweep reads every row of a source page by page and finds what is gone; between sweeps, and beside them where
 * the source has a stream of changes, the records that it says were written to are read again. Each page commits with how
 * far it is, so a crash repeats at most a page.
 */
import type { DataVault } from '../../entities/database/data-vault.js';
import type { StoredSource } from '../../entities/sources/source.repository.js';
import { countUnmet, unmetRows } from '../../entities/sources/source-row.repository.js';
import type { Registries } from '../../protocol/registries/registries.js';
import type { ClaimedSource, ClaimServices } from './claimed-source.js';
import type { Keeping } from './keeping.js';
import type { MappedRecord } from './map-records.js';
import { sourceRecordId } from './record-id.js';
import { follow, type Following } from './follow.js';
import type { OpenSource } from './source-connections.js';
import { unmetExpectations } from './source-expectations.js';
import { codeOf, SourceFault } from './source-fault.js';
import { untilReadable } from './readable-transactions.js';
import { PAGE, ReadAgain } from './read-again.js';
import { keysOf } from './touched-keys.js';
import { nextRefresh, refreshDueAt, refreshedKeys } from './refresh.js';
import { isFollowed, type RecordMapping, type SourceFile } from './source-file.schema.js';
import { isTooMany, moreUnfit, tooManyGone } from './too-many-gone.js';
import { clockOf, touchedKeys, watermarkOf } from './watermark.js';
import { LiveTeller } from './live-teller.js';
import { copies } from './mirror-writer.js';

export interface MirrorServices extends ClaimServices {
  vault: DataVault;
  registries: Registries;
}

const SWEEP_ONLY_MS = 60_000;
/** So often a stream that is quiet is looked after. */
const TICK_MS = 1000;
/** A live source of which nobody asked to be told; when its file is applied anew, it is looked at anew. */
const UNFOLLOWED_MS = 86_400_000;
/** The slot knows nothing of a publication that was made after it. */
const NO_PUBLICATION = '42704';

export class Mirror {
  readonly #keeping: Keeping;
  readonly #again: ReadAgain;
  #polledAt = 0;
  #tickedAt = 0;

  constructor(
    private readonly services: MirrorServices,
    private readonly open: OpenSource,
    private readonly claimed: ClaimedSource,
  ) {
    const { vault, registries } = services;
    const { mode, name } = claimed.source;
    this.#keeping = mode === 'LIVE' ? new LiveTeller(vault, registries, name, open) : copies(vault, registries);
    this.#again = new ReadAgain(services, open, claimed, this.#keeping);
  }

  get source(): StoredSource {
    return this.claimed.source;
  }

  /** Reads until nothing is left to read now; a stream of changes until it is told to stop. Gives when it is due again. @throws SourceFault */
  async run(signal: AbortSignal): Promise<Date> {
    if (!isFollowed(this.open.file)) {
      if (this.source.state === 'FAILED') await this.claimed.save({ state: 'RUNNING', lastError: null });
      return new Date(this.services.clock().getTime() + UNFOLLOWED_MS);
    }
    const following = await follow(this.open, this.source.capture, ({ capture, isAnew }) =>
      this.claimed.save({ capture, ...(isAnew ? ANEW : {}) }),
    );
    try {
      return await this.#read(signal, following);
    } catch (error) {
      if (codeOf(error) === NO_PUBLICATION && following !== undefined)
        await this.claimed.save({ capture: { upTo: null } });
      throw error;
    } finally {
      await following?.close();
    }
  }

  async #read(signal: AbortSignal, following: Following | undefined): Promise<Date> {
    const { capture } = this.open.file;
    const every = watermarkOf(this.open.file)?.every ?? SWEEP_ONLY_MS;
    // A sweep that begins now reads those too.
    if (this.source.sweptAt !== null || this.source.position !== null) await this.#again.settle();
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
      this.#again.begin();
      await this.#again.read(mapping, await refreshedKeys(this.open, mapping, last));
      const refreshed = { ...this.source.capture.refreshed, [mapping.name]: { at: new Date(now).toISOString(), mark } };
      await this.claimed.save({ capture: { refreshed } });
    }
  }

  /** What the stream has told since the last time: read again, committed, and only then acknowledged. */
  async #takeOver(following: Following, signal: AbortSignal): Promise<void> {
    const { stream, tables } = following;
    const { touched, transactions, upTo } = stream.take();
    const now = this.services.clock();
    const isTick = now.getTime() - this.#tickedAt >= TICK_MS;
    if (touched.size === 0 && !isTick) return;
    if (isTick) await following.assertHeard();
    await untilReadable(this.open.reader.database, transactions, signal);
    this.#again.begin();
    let isAnew = false;
    for (const mapping of touched.size === 0 ? [] : this.open.file.records) {
      const keys = await keysOf(this.open, this.services.database, tables, mapping, touched);
      if (keys === 'all') isAnew = true;
      else await this.#again.read(mapping, keys);
    }
    const publication = await following.changedPublication(now);
    if (publication !== undefined) isAnew = true;
    const isWhole = !isAnew && this.source.sweptAt !== null;
    const freshAt = isTick ? await following.freshAt(upTo, now) : undefined;
    if (isTick) this.#tickedAt = now.getTime();
    await this.claimed.save({
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
    await this.claimed.save({ position, generation: this.source.generation + 1, capture: { owed: [] } });
  }

  async #sweepPage(position: NonNullable<StoredSource['position']>): Promise<void> {
    const { reader, mapper, file } = this.open;
    const mapping = file.records[position.entry];
    if (mapping === undefined) return this.#endSweep(position);
    const { rows, next: after } = await reader.page(mapping, position.after, PAGE);
    const records = await mapper.map(mapping, rows);
    if (position.after === undefined) records.push(...keyless(mapping, file, await reader.countKeyless(mapping)));
    const { after: _after, ...here } = { ...position, done: position.done + rows.length };
    const stillServed = await this.#again.stillServed(mapping, records);
    const place = after === undefined ? { ...here, entry: position.entry + 1 } : { ...here, after };
    await this.claimed.commit(async (unit) => {
      const unfit = this.source.acceptEnded ? [] : await this.#again.unfitIn(unit, records);
      const left = new Set(unfit);
      const changed = await this.#again.write(
        unit,
        mapping,
        records.filter((record) => !left.has(record)),
        stillServed,
      );
      const all = moreUnfit(position.unfit, unfit);
      const next = all === undefined ? place : { ...place, unfit: all };
      // A live source is served before its records are known.
      const state = this.source.mode === 'LIVE' ? 'RUNNING' : 'LOADING';
      const loading = this.source.loadedAt === null ? ({ state, lastError: null } as const) : {};
      return { position: next, ...loading, ...this.claimed.told(changed.length) };
    });
  }

  /** What the sweep did not meet, or could not serve any more, ends; much of it at once is more likely a mistake at the source. */
  async #endSweep({ mark, began, unfit }: NonNullable<StoredSource['position']>): Promise<void> {
    const { name, generation, acceptEnded } = this.source;
    const { capture, records } = this.open.file;
    const entries = records.map((mapping) => mapping.name);
    const { unmet, served } = await countUnmet(this.services.database, name, generation, entries);
    if (!acceptEnded && (isTooMany(unmet, served, capture) || (unmet > 1 && unmet === served))) {
      await this.claimed.save({ position: null });
      throw tooManyGone(unmet, served, unfit);
    }
    if (unmet > 0 && !acceptEnded) await this.#assertExpected();
    while (await this.#endUnmet());
    await this.claimed.save({
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
    await this.claimed.save({ position: null });
    throw new SourceFault(`${fault.place.join('.')}: ${fault.message}`);
  }

  /** Some of the rows that the sweep did not meet, each asked for once more; whether there may be more. */
  async #endUnmet(): Promise<boolean> {
    const { name, generation } = this.source;
    const rows = await unmetRows(this.services.database, name, generation, PAGE);
    for (const [entry, unmet] of Map.groupBy(rows, (row) => row.entry)) {
      const mapping = this.open.file.records.find((one) => one.name === entry);
      const asked = mapping === undefined ? [] : unmet.flatMap(({ key }) => (key === null ? [] : [key]));
      const others = unmet.filter(({ key }) => mapping === undefined || key === null);
      if (mapping !== undefined) await this.#again.read(mapping, asked, true);
      await this.claimed.commit(async (unit) => {
        await this.#keeping.end(unit, others, this.services.clock());
        return this.claimed.told(others.length);
      });
    }
    return rows.length === PAGE;
  }

  async #poll(since: string): Promise<void> {
    const began = this.services.clock();
    const mark = await clockOf(this.open.reader.database);
    this.#again.begin();
    for (const mapping of this.open.file.records)
      await this.#again.read(mapping, await touchedKeys(this.open, mapping, since));
    this.#polledAt = began.getTime();
    await this.claimed.save({
      mark,
      ...(watermarkOf(this.open.file) === undefined ? {} : { freshAt: began.toISOString() }),
      ...this.#ifWell(),
    });
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
