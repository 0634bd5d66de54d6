/**
 * Payloads at rest: sealed with AES-256-GCM under a data key per owner and month, itself wrapped by the master key.
 * Shredding a data key makes every payload under it unreadable while hashes over the ciphertext stay valid.
 */
import { randomBytes } from 'node:crypto';
import { MasterKey } from '../../platform/master-key.js';
import { open, seal } from '../../platform/sealed-box.js';
import { uuidv7 } from '../../platform/uuid.js';
import type { Sql } from './database.js';

interface DataKey {
  id: string;
  key: Buffer;
}

export interface Sealed {
  dataKeyId: string;
  sealed: Buffer;
}

/** Owner of payloads that belong to no sender. */
export const GATEWAY_OWNER = '(gateway)';
const FORGET_MS = 60_000;

/** First day of the month whose data key seals what happens at `at`, as `YYYY-MM-01`. */
export const monthOf = (at: Date): string => `${at.toISOString().slice(0, 7)}-01`;

/** Where a wrapped data key belongs. */
export const placeOf = (owner: string, month: string): string => `data_key:${owner}:${month}`;

export class DataVault {
  /** By owner and month, for sealing; by id, for opening. Keys are few: one per sender and month. */
  readonly #current = new Map<string, Promise<DataKey>>();
  readonly #byId = new Map<string, Promise<Buffer | undefined>>();

  readonly #masterKey: MasterKey;
  #since = performance.now();

  constructor(
    private readonly sql: Sql,
    masterKey: Buffer | MasterKey,
  ) {
    this.#masterKey = MasterKey.of(masterKey);
  }

  /** The data key that seals what `owner` sends and gets this month. */
  dataKey(owner: string, at: Date): Promise<DataKey> {
    this.#forgetInTime();
    const month = monthOf(at);
    const name = `${owner} ${month}`;
    let key = this.#current.get(name);
    if (key === undefined) {
      key = this.#loadOrMake(owner, month);
      this.#current.set(name, key);
      key.catch(() => this.#current.delete(name));
    }
    return key;
  }

  /** `place` binds the ciphertext to its row and column, so that payloads cannot be swapped. */
  async seal(owner: string, at: Date, place: string, value: unknown): Promise<Sealed> {
    return (await this.sealer(owner, at))(place, JSON.stringify(value));
  }

  /** For many payloads of one owner and month, each given as JSON text. */
  async sealer(owner: string, at: Date): Promise<(place: string, json: string) => Sealed> {
    const { id, key } = await this.dataKey(owner, at);
    return (place, json) => ({ dataKeyId: id, sealed: seal(key, Buffer.from(json), place) });
  }

  /** `undefined` when the data key was shredded. @throws SealBroken where the payload was altered, and nothing else is wrong */
  async open(dataKeyId: string, sealed: Buffer, place: string): Promise<unknown> {
    this.#forgetInTime();
    let key = this.#byId.get(dataKeyId);
    if (key === undefined) {
      key = this.#load(dataKeyId);
      this.#byId.set(dataKeyId, key);
      key.catch(() => this.#byId.delete(dataKeyId));
    }
    const found = await key;
    return found === undefined ? undefined : (JSON.parse(open(found, sealed, place).toString()) as unknown);
  }

  /** After shredding or re-wrapping elsewhere. */
  forget(): void {
    this.#current.clear();
    this.#byId.clear();
  }

  /** A key that another process shredded must not live on in this one. */
  #forgetInTime(): void {
    if (performance.now() - this.#since < FORGET_MS) return;
    this.#since = performance.now();
    this.forget();
  }

  /** The data key of an owner and month (`YYYY-MM-01`), where there is none; one that was shredded stays so. */
  async makeKey(owner: string, month: string): Promise<void> {
    await this.#rowOf(owner, month);
  }

  async #loadOrMake(owner: string, month: string): Promise<DataKey> {
    const { id, wrapped } = await this.#rowOf(owner, month);
    if (wrapped === null) throw new Error('the data key of this month was shredded');
    return { id, key: this.#masterKey.open(wrapped, placeOf(owner, month)) };
  }

  async #rowOf(owner: string, month: string): Promise<{ id: string; wrapped: Buffer | null }> {
    const id = uuidv7();
    const wrapped = this.#masterKey.seal(randomBytes(32), placeOf(owner, month));
    await this.sql.query(
      'insert into data_key (id, owner, month, wrapped) values ($1, $2, $3, $4) on conflict (owner, month) do nothing',
      [id, owner, month, wrapped],
    );
    const [row] = await this.sql.query<{ id: string; wrapped: Buffer | null }>(
      'select id, wrapped from data_key where owner = $1 and month = $2',
      [owner, month],
    );
    if (row === undefined) throw new Error('a data key vanished');
    return row;
  }

  async #load(id: string): Promise<Buffer | undefined> {
    const [row] = await this.sql.query<{ owner: string; month: string; wrapped: Buffer | null }>(
      `select owner, to_char(month, 'YYYY-MM-DD') as month, wrapped from data_key where id = $1`,
      [id],
    );
    if (row?.wrapped == null) return undefined;
    return this.#masterKey.open(row.wrapped, placeOf(row.owner, row.month));
  }
}
