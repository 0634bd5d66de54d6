/**
 * One reader of the outbox per process, many listeners: backfill from a cursor, cut over, live. A listener that cannot
 * keep up is ended with its last cursor, and resumes there.
 */
import type { Sql } from '../../entities/database.js';
import {
  currentPosition,
  readEpoch,
  readTail,
  type TailEvent,
  type TailPosition,
} from '../../entities/tail.repository.js';
import type { Log } from '../../platform/log.js';
import { UserError } from '../errors.js';

const BATCH = 500;
const POLL_MS = 250;

export interface LiveEvent extends TailEvent {
  cursor: string;
}

interface Listener {
  buffer: TailEvent[];
  wake: () => void;
  overflowed: boolean;
}

export interface ListenOptions {
  after?: string | undefined;
  signal?: AbortSignal | undefined;
  maxBuffer?: number;
}

export class LiveTail {
  readonly #listeners = new Set<Listener>();
  #position: TailPosition | undefined;
  #epoch: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #reading = false;
  #closed = false;

  constructor(
    private readonly sql: Sql,
    private readonly log: Log,
  ) {}

  /** Events behind `after`, or from now on, in commit order, each exactly once. */
  async *events({ after, signal, maxBuffer = 500 }: ListenOptions = {}): AsyncGenerator<LiveEvent> {
    const listener: Listener = { buffer: [], wake: () => {}, overflowed: false };
    const epoch = (this.#epoch ??= await readEpoch(this.sql));
    const start = after === undefined ? undefined : decodeCursor(after, epoch);
    const cutOver = await this.#attach(listener);
    const stop = () => listener.wake();
    signal?.addEventListener('abort', stop);
    let last = start ?? cutOver;
    try {
      for await (const event of this.#backfill(start, cutOver)) {
        if (signal?.aborted) return;
        last = event.position;
        yield withCursor(event, epoch);
      }
      while (!this.#closed && !signal?.aborted) {
        for (let event = listener.buffer.shift(); event !== undefined; event = listener.buffer.shift()) {
          last = event.position;
          yield withCursor(event, epoch);
        }
        if (listener.overflowed) throw slowReader(encodeCursor(last, epoch));
        listener.overflowed = listener.buffer.length > maxBuffer;
        if (listener.buffer.length === 0) await new Promise<void>((resolve) => (listener.wake = resolve));
        listener.overflowed ||= listener.buffer.length > maxBuffer;
      }
    } finally {
      signal?.removeEventListener('abort', stop);
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#pause();
    }
  }

  /** Reads at once instead of at the next poll: call after a commit made here. */
  nudge(): void {
    if (this.#listeners.size > 0) void this.#read();
  }

  close(): void {
    this.#closed = true;
    this.#pause();
    for (const listener of this.#listeners) listener.wake();
  }

  /** The listener gets everything behind the returned position, and nothing before. */
  async #attach(listener: Listener): Promise<TailPosition> {
    this.#position ??= await currentPosition(this.sql);
    const cutOver = this.#position;
    this.#listeners.add(listener);
    this.#timer ??= setInterval(() => void this.#read(), POLL_MS).unref();
    return cutOver;
  }

  #pause(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#position = undefined;
  }

  async *#backfill(start: TailPosition | undefined, until: TailPosition): AsyncGenerator<TailEvent> {
    let after = start;
    while (after !== undefined) {
      const events: TailEvent[] = await readTail(this.sql, after, BATCH, until);
      yield* events;
      after = events.length < BATCH ? undefined : events.at(-1)?.position;
    }
  }

  async #read(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    try {
      let events: TailEvent[];
      do {
        const position = this.#position;
        if (position === undefined) return;
        events = await readTail(this.sql, position, BATCH);
        if (this.#position !== position) return;
        this.#position = events.at(-1)?.position ?? position;
        for (const listener of this.#listeners) this.#push(listener, events);
      } while (events.length === BATCH);
    } catch (error) {
      this.log.warn({ err: error }, 'the live tail could not read; it tries again');
    } finally {
      this.#reading = false;
    }
  }

  #push(listener: Listener, events: TailEvent[]): void {
    if (events.length === 0) return;
    listener.buffer.push(...events);
    listener.wake();
  }
}

function slowReader(cursor: string): UserError {
  const error = new UserError('CONFLICT', 'this reader is too slow: subscribe again with after set to the cursor');
  error.extensions['cursor'] = cursor;
  return error;
}

function withCursor(event: TailEvent, epoch: string): LiveEvent {
  return { ...event, cursor: encodeCursor(event.position, epoch) };
}

function encodeCursor({ xid, seq }: TailPosition, epoch: string): string {
  return Buffer.from(JSON.stringify([epoch, xid, seq])).toString('base64url');
}

/** @throws UserError for anything but a cursor of this database's epoch */
function decodeCursor(cursor: string, epoch: string): TailPosition {
  const [of, xid, seq] = parseCursor(cursor);
  if (of !== epoch)
    throw new UserError(
      'BAD_USER_INPUT',
      'the cursor is from before a restore: subscribe again without after',
      'after',
    );
  return { xid, seq };
}

function parseCursor(cursor: string): [string, string, string] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(parts) && parts.length === 3 && /^\d+$/.test(String(parts[1])) && /^\d+$/.test(String(parts[2])))
      return [String(parts[0]), String(parts[1]), String(parts[2])];
  } catch {
    // Falls through to the one refusal below.
  }
  throw new UserError('BAD_USER_INPUT', 'after: not a cursor of this subscription', 'after');
}
