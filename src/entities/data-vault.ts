/**
 * Payloads at rest: sealed with AES-256-GCM under a data key per owner and month, itself wrapped by the master key.
 * Shredding a data key makes every payload under it unreadable while hashes over the ciphertext stay valid.
 */
import { randomBytes } from 'node:crypto';
import { open, seal } from '../platform/sealed-box.js';
import { uuidv7 } from '../platform/uuid.js';
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

export class DataVault {
  /** By owner and month, for sealing; by id, for opening. Keys are few: one per sender and month. */
  readonly #current = new Map<string, Promise<DataKey>>();
  readonly #byId = new Map<string, Promise<Buffer | undefined>>();

  constructor(
    private readonly sql: Sql,
    private readonly masterKey: Buffer,
  ) {}

  /** The data key that seals what `owner` sends and gets this month. */
  dataKey(owner: string, at: Date): Promise<DataKey> {
    const month = `${at.toISOString().slice(0, 7)}-01`;
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
    const { id, key } = await this.dataKey(owner, at);
    return { dataKeyId: id, sealed: seal(key, Buffer.from(JSON.stringify(value)), place) };
  }

  /** `undefined` when the data key was shredded. */
  async open(dataKeyId: string, sealed: Buffer, place: string): Promise<unknown> {
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

  async #loadOrMake(owner: string, month: string): Promise<DataKey> {
    const id = uuidv7();
    const wrapped = seal(this.masterKey, randomBytes(32), `data_key:${owner}:${month}`);
    await this.sql.query(
      'insert into data_key (id, owner, month, wrapped) values ($1, $2, $3, $4) on conflict (owner, month) do nothing',
      [id, owner, month, wrapped],
    );
    const [row] = await this.sql.query<{ id: string; wrapped: Buffer | null }>(
      'select id, wrapped from data_key where owner = $1 and month = $2',
      [owner, month],
    );
    if (row?.wrapped == null) throw new Error('the data key of this month was shredded');
    return { id: row.id, key: open(this.masterKey, row.wrapped, `data_key:${owner}:${month}`) };
  }

  async #load(id: string): Promise<Buffer | undefined> {
    const [row] = await this.sql.query<{ owner: string; month: string; wrapped: Buffer | null }>(
      `select owner, to_char(month, 'YYYY-MM-DD') as month, wrapped from data_key where id = $1`,
      [id],
    );
    if (row?.wrapped == null) return undefined;
    return open(this.masterKey, row.wrapped, `data_key:${row.owner}:${row.month}`);
  }
}
