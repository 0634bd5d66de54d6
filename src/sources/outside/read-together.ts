/** Records of a live source by their keys: those asked for at the same time are read together, as long as it answers at once. */
import { coalesce } from '../../platform/coalesce.js';
import type { MappedRecord, RecordMapper } from './map-records.js';
import { ValueFault } from './source-fault.js';
import type { RecordMapping } from './source-file.schema.js';
import type { Page, SourceReader } from './source-reader.js';
import { keyText, type Key } from './source-row.js';
import { among } from './source-row.sql.js';

/** As many values as a statement is prepared with. */
const LIMITS = { underWay: 8, atOnce: 4 };
/** Of one reading; after a longer one each is read alone for a while: a record that takes its time keeps no others waiting. */
const QUICK_MS = 100;
const ALONE_MS = 2000;
/** Of one key; more rows than one are no record. */
const MOST_ROWS = 100;

export class ReadTogether {
  readonly #joining = new Map<RecordMapping, (key: Key) => Promise<MappedRecord[]>>();
  #aloneUntil = -Infinity;

  constructor(
    private readonly reader: SourceReader,
    private readonly mapper: RecordMapper,
  ) {}

  async records(mapping: RecordMapping, key: Key): Promise<MappedRecord[]> {
    if (performance.now() > this.#aloneUntil) return this.#join(mapping)(key);
    const [records = []] = await this.#read(mapping, [key]);
    return records;
  }

  #join(mapping: RecordMapping): (key: Key) => Promise<MappedRecord[]> {
    const known = this.#joining.get(mapping);
    if (known !== undefined) return known;
    const join = coalesce((keys: readonly Key[]) => this.#read(mapping, keys), LIMITS);
    this.#joining.set(mapping, join);
    return join;
  }

  async #read(mapping: RecordMapping, keys: readonly Key[]): Promise<MappedRecord[][]> {
    const began = performance.now();
    try {
      return await this.#recordsOf(mapping, keys);
    } finally {
      const now = performance.now();
      if (now - began > QUICK_MS) this.#aloneUntil = now + ALONE_MS;
    }
  }

  /** In the order of the keys. */
  async #recordsOf(mapping: RecordMapping, keys: readonly Key[]): Promise<MappedRecord[][]> {
    const asked = new Map(keys.map((key) => [keyText(key), key]));
    const isAsked = among(mapping.key, [...asked.values()]);
    const { rows, next } = await this.reader
      .page(mapping, undefined, MOST_ROWS, isAsked)
      .catch((error: unknown): Page => {
        // A key that its column cannot hold is nobody's. Of several, each is asked alone.
        if (keys.length > 1 || !(error instanceof ValueFault && error.isAsked)) throw error;
        return { rows: [] };
      });
    const records = await this.mapper.map(mapping, rows);
    if (keys.length === 1) return [records];
    const byKey = Map.groupBy(records, ({ key }) => keyText(key));
    // Where the source writes a key in another way than it is asked by, it alone knows whose a row is: each is asked alone.
    if (next !== undefined || [...byKey.keys()].some((text) => !asked.has(text)))
      throw new Error('the source does not tell whose these rows are');
    return keys.map((key) => byKey.get(keyText(key)) ?? []);
  }
}
