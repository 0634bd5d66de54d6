/**
 * One reader of the outbox per process, many listeners. Each backfills from its cursor by itself, and cuts over to the
 * shared reader at the very place where it stands. A listener that cannot keep up is ended with its last cursor.
 */
import { GraphQLError } from 'graphql';
import type { Sql } from '../../entities/database/database.js';
import {
  currentPosition,
  readTail,
  readTailHolder,
  readTailLag,
  readTailState,
  type TailEvent,
  type TailHolder,
  type TailPosition,
  type TailState,
} from '../../entities/queues/tail.repository.js';
import type { Log } from '../../platform/log.js';
import { DomainError } from '../../use-cases/errors.js';
import { decodeTailCursor, encodeTailCursor, isBehind, type LiveEvent } from './tail-cursor.js';
import { TailListener } from './tail-listener.js';

const BATCH = 500;
const POLL_MS = 250;
const MAX_BUFFER = 500;
const RECHECK_MS = 5000;

export interface ListenOptions {
  after?: string | null | undefined;
  signal?: AbortSignal | undefined;
  /** Events that it says no to are neither kept nor told. */
  accepts?: (event: TailEvent) => boolean;
  maxBuffer?: number;
}

interface Shared extends TailState {
  position: TailPosition;
}

export class LiveTail {
  readonly #listeners = new Set<TailListener>();
  #readers = 0;
  #starting: Promise<Shared> | undefined;
  #shared: Shared | undefined;
  #timer: NodeJS.Timeout | undefined;
  #reading = false;
  #again = false;
  /** After a failed read the database may be another: restored meanwhile. */
  #suspect = false;
  #checkedAt = 0;
  #closed = false;

  constructor(
    private readonly sql: Sql,
    private readonly log: Log,
    /** Tells all processes, this one included, by their `heard`. */
    private readonly tell: () => void = () => this.heard(),
    private readonly clock: () => Date = () => new Date(),
  ) {}

  /** Events behind `after`, or from now on, in commit order, each exactly once; several at a time where they have come. */
  async *batches(options: ListenOptions = {}): AsyncGenerator<LiveEvent[]> {
    const { after, signal, accepts = () => true, maxBuffer = MAX_BUFFER } = options;
    if (this.#closed) return;
    this.#readers += 1;
    let listener: TailListener | undefined;
    const wake = () => listener?.wake();
    signal?.addEventListener('abort', wake);
    const ended = () => this.#closed || (signal?.aborted ?? false);
    try {
      const shared = await (this.#starting ??= this.#start());
      let position = after == null ? await currentPosition(this.sql) : await this.#positionOf(after, shared);
      while (isBehind(shared.position, position)) {
        const until = shared.position;
        const events = await readTail(this.sql, position, BATCH, until);
        position = events.length < BATCH ? until : (events.at(-1)?.position ?? until);
        const wanted = events.filter(accepts).map((event) => withCursor(event, shared));
        if (ended()) return;
        if (wanted.length > 0) yield wanted;
      }
      // Nothing is awaited between the comparison above and here, so nothing is read in between.
      listener = new TailListener(position, accepts, maxBuffer, this.clock);
      this.#listeners.add(listener);
      if (this.#shared !== shared) listener.fail(restored());
      while (!ended()) {
        const events = await listener.take();
        if (events === undefined) throw tooSlow(encodeTailCursor(position, shared.epoch));
        position = events.at(-1)?.position ?? position;
        if (events.length > 0 && !ended()) yield events;
      }
    } finally {
      signal?.removeEventListener('abort', wake);
      if (listener !== undefined) this.#listeners.delete(listener);
      this.#readers -= 1;
      if (this.#readers === 0) this.#pause();
    }
  }

  /** The end of the stream as it is now: what a later `after` begins behind. */
  async cursor(): Promise<string> {
    const [{ epoch }, position] = [await readTailState(this.sql), await currentPosition(this.sql)];
    return encodeTailCursor(position, epoch);
  }

  /** Call after a commit: every process that has readers looks at once instead of at its next poll. */
  nudge(): void {
    this.tell();
  }

  /** Some process has committed something. */
  heard(): void {
    if (this.#readers > 0) void this.#read();
  }

  /** For how many seconds committed events have waited for an older transaction to end. */
  lagSeconds(): Promise<number> {
    return readTailLag(this.sql);
  }

  /** What they wait for, once they have waited for `seconds`. */
  async heldBy(seconds = 1): Promise<TailHolder | null> {
    return (await this.lagSeconds()) < seconds ? null : ((await readTailHolder(this.sql)) ?? null);
  }

  /** How many readers have caught up, and are told what comes as it comes. */
  get listening(): number {
    return this.#listeners.size;
  }

  get closed(): boolean {
    return this.#closed;
  }

  close(): void {
    this.#closed = true;
    this.#pause();
    for (const listener of this.#listeners) listener.wake();
  }

  async #positionOf(after: string, shared: Shared): Promise<TailPosition> {
    const state = await readTailState(this.sql);
    if (state.epoch !== shared.epoch) {
      this.#suspect = true;
      void this.#read();
    }
    return decodeTailCursor(after, state);
  }

  async #start(): Promise<Shared> {
    try {
      this.#checkedAt = performance.now();
      this.#shared = { ...(await readTailState(this.sql)), position: await currentPosition(this.sql) };
    } catch (error) {
      this.#starting = undefined;
      throw error;
    }
    this.#timer = setInterval(() => void this.#read(), POLL_MS).unref();
    return this.#shared;
  }

  #pause(): void {
    clearInterval(this.#timer);
    this.#starting = undefined;
    this.#shared = undefined;
  }

  async #read(): Promise<void> {
    this.#again = true;
    if (this.#reading) return;
    this.#reading = true;
    try {
      while (this.#again) {
        this.#again = false;
        if (this.#suspect || performance.now() - this.#checkedAt > RECHECK_MS) await this.#checkEpoch();
        this.#again = (await this.#readOnce()) || this.#again;
      }
    } catch (error) {
      if (!this.#suspect) this.log.warn({ err: error }, 'the live tail could not read; it tries again');
      this.#suspect = true;
    } finally {
      this.#reading = false;
    }
  }

  /** Whether there may be more. */
  async #readOnce(): Promise<boolean> {
    const shared = this.#shared;
    if (shared === undefined) return false;
    const events = await readTail(this.sql, shared.position, BATCH);
    if (this.#shared !== shared) return true;
    shared.position = events.at(-1)?.position ?? shared.position;
    // The same ones to all: what is made of an event is made once.
    const told = events.map((event) => withCursor(event, shared));
    for (const listener of this.#listeners) listener.push(told);
    return events.length === BATCH;
  }

  async #checkEpoch(): Promise<void> {
    const state = await readTailState(this.sql);
    this.#suspect = false;
    this.#checkedAt = performance.now();
    if (this.#shared === undefined || this.#shared.epoch === state.epoch) return;
    this.#shared = { ...state, position: await currentPosition(this.sql) };
    this.#starting = Promise.resolve(this.#shared);
    for (const listener of this.#listeners) listener.fail(restored());
  }
}

const withCursor = (event: TailEvent, { epoch }: TailState): LiveEvent => ({
  ...event,
  cursor: encodeTailCursor(event.position, epoch),
});

const tooSlow = (cursor: string): GraphQLError =>
  new GraphQLError('this reader is too slow: subscribe again with after set to the cursor', {
    extensions: { code: 'CONFLICT', cursor },
  });

const restored = (): DomainError =>
  new DomainError('CONFLICT', 'the database was restored: load the lists anew and subscribe without after');
