/**
 * Tells every process that there is something to do: here at once, elsewhere by NOTIFY, at most one every 20 ms and
 * never inside a transaction (three times slower). A call that is lost costs a second: readers poll as well.
 */
import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import type { Log } from '../../platform/log.js';
import type { Sql } from '../database/database.js';
import { createClient, endClient } from '../database/pool.js';

const CHANNEL = 'dci_wake';
const INTERVAL_MS = 20;
const RECONNECT_MS = 1000;

/** Whoever listens is told at its commit, which need not wait for the disk: what there is to do is there already. */
const NOTIFY = `select set_config('synchronous_commit', 'off', true), pg_notify($1, $2)`;

export type WakeListener = (names: ReadonlySet<string>) => void;

export class WakeChannel {
  readonly #id = randomUUID();
  readonly #listeners = new Set<WakeListener>();
  readonly #unsent = new Set<string>();
  #client: Client | undefined;
  #sending: NodeJS.Timeout | undefined;
  #reconnect: NodeJS.Timeout | undefined;
  #sentAt = -Infinity;
  #closed = false;

  constructor(
    private readonly sql: Sql,
    /** Past a connection pooler: it is the session that listens. */
    private readonly directUrl: string,
    private readonly log: Log,
  ) {}

  /** Starts to hear other processes. */
  async open(): Promise<void> {
    const client = createClient(this.directUrl, 'dci-wake');
    this.#client = client;
    client.on('error', () => this.#lost(client));
    client.on('end', () => this.#lost(client));
    client.on('notification', ({ payload = '' }) => {
      const [from, names = ''] = payload.split(' ');
      if (from !== this.#id) this.#tell(new Set(names.split(',')));
    });
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}`);
    } catch (error) {
      if (this.#closed) return;
      this.log.warn({ err: error }, 'wake-ups of other processes cannot be heard; polling goes on');
      this.#lost(client);
    }
  }

  onWake(listener: WakeListener): void {
    this.#listeners.add(listener);
  }

  /** After a commit. */
  wake(...names: string[]): void {
    if (this.#closed) return;
    this.#tell(new Set(names));
    for (const name of names) this.#unsent.add(name);
    const wait = Math.max(0, INTERVAL_MS - (performance.now() - this.#sentAt));
    this.#sending ??= setTimeout(() => void this.#send(), wait);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#sending);
    clearTimeout(this.#reconnect);
    await this.#hangUp();
  }

  #tell(names: ReadonlySet<string>): void {
    for (const listener of this.#listeners) listener(names);
  }

  async #send(): Promise<void> {
    const names = [...this.#unsent].join(',');
    this.#unsent.clear();
    this.#sending = undefined;
    this.#sentAt = performance.now();
    await this.sql
      .query(NOTIFY, [CHANNEL, `${this.#id} ${names}`], 'wake')
      .catch((error: unknown) => this.log.debug({ err: error }, 'a wake-up was not sent'));
  }

  #lost(client: Client): void {
    if (this.#closed || this.#client !== client) return;
    // It may stand all the same: a server that refuses to have it listen keeps it.
    void this.#hangUp();
    this.#reconnect = setTimeout(() => void this.open(), RECONNECT_MS);
  }

  async #hangUp(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    if (client !== undefined) await endClient(client);
  }
}
