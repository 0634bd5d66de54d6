/** A source that is asked at every question: nothing of it is copied, and what it cannot be asked is said by its file. */
import type { Criteria } from '../../protocol/query/criteria.js';
import { identifiersIn } from '../../protocol/query/criteria-walk.js';
import { attributesOf } from '../../protocol/registries/attributes.js';
import type {
  Capabilities,
  RecordsOf,
  RegistrySource,
  SourceHealth,
  SourceQuery,
  SourceRecord,
  SourceResult,
} from '../registry-source.js';
import { capabilitiesOf } from './live-capabilities.js';
import { conditionOf, heldOnly, type Conditions } from './live-conditions.js';
import type { MappedRecord } from './map-records.js';
import { keysNamed, nameOf, type NamedKeys } from './named-keys.js';
import type { OpenSource } from './source-connections.js';
import { SourceFault, ValueFault } from './source-fault.js';
import type { RecordMapping } from './source-file.schema.js';
import type { Key } from './source-row.js';
import { clockOf } from './watermark.js';

/** Where the candidates of a question go on. */
interface Place {
  entry: number;
  after?: Key;
  /** Whom the identifiers in it name, which are looked up once. */
  named?: [string, Key[]][];
}

interface Candidates {
  mapped: MappedRecord[];
  named?: NamedKeys;
  /** The key after which there are more. */
  after?: Key;
}

export class LiveSource implements RegistrySource {
  constructor(private readonly open: OpenSource) {}

  capabilities(of: RecordsOf): Promise<Capabilities> {
    const mappings = this.#mappings(of);
    const [first] = mappings;
    if (first === undefined) return Promise.resolve({ identifiers: [], criteria: {} });
    return Promise.resolve(capabilitiesOf(this.open.file, mappings, this.open.mapper.typeOf(first).recordType));
  }

  /** Candidates in the order of entries and keys. */
  async search(query: SourceQuery): Promise<SourceResult> {
    const { page } = query;
    const mappings = this.#mappings(query);
    const place: Place = page.cursor === undefined ? { entry: 0 } : (JSON.parse(page.cursor) as Place);
    const mapping = mappings[place.entry];
    const answered = { source: this.open.file.source.name, plan: 'LIVE' } as const;
    if (mapping === undefined) return { records: [], totalCount: 0, answered };
    const { mapped, named = [], after } = await this.#candidates(query, mapping, place);
    const next: Place =
      after === undefined ? { entry: place.entry + 1 } : { entry: place.entry, after, named: [...named] };
    const records = served(mapping, mapped);
    const more = next.entry < mappings.length ? { nextCursor: JSON.stringify(next) } : {};
    return { records, totalCount: records.length, answered, ...more };
  }

  async health(): Promise<SourceHealth> {
    try {
      await clockOf(this.open.reader.database);
      return { reachable: true, lagSeconds: 0 };
    } catch (error) {
      if (!(error instanceof SourceFault)) throw error;
      return { reachable: false, problem: error.message };
    }
  }

  #mappings({ definition, recordType }: RecordsOf): RecordMapping[] {
    return this.open.file.records.filter((mapping) => {
      const of = this.open.mapper.typeOf(mapping);
      return of.definition.registry === definition.registry && of.recordType.name === recordType;
    });
  }

  /** Identifiers are looked up first: two indexed reads, whatever the record's view is made of. */
  async #candidates(query: SourceQuery, mapping: RecordMapping, place: Place): Promise<Candidates> {
    const { definition, recordType, criteria, page } = query;
    const { file, reader, mapper, together } = this.open;
    const identifiers = identifiersIn(criteria).flatMap((leaf) => ('identifier' in leaf ? [leaf.identifier] : []));
    const named = place.named ? new Map(place.named) : await keysNamed(this.open, mapping, identifiers);
    const keys: Conditions['keys'] = (identifier) => named.get(nameOf(identifier)) ?? [];
    if ('identifier' in criteria) {
      // The common question, who is this.
      const [only, ...others] = keys(criteria.identifier);
      if (only === undefined) return { mapped: [] };
      if (others.length === 0) return { mapped: await together.records(mapping, only) };
    }
    const attributes = attributesOf(definition, recordType);
    const ask = (asked: Criteria) => conditionOf(asked, { file, mapping, attributes, keys });
    const read = (asked: Criteria) => reader.page(mapping, place.after, page.size, ask(asked));
    const { rows, next: after } = await read(criteria).catch(async (error: unknown) => {
      if (!(error instanceof ValueFault && error.isAsked)) throw error;
      return read(await heldOnly(criteria, attributes, (leaf) => reader.canAsk(mapping, ask(leaf))));
    });
    return { mapped: await mapper.map(mapping, rows), named, ...(after === undefined ? {} : { after }) };
  }
}

/** Rows that do not fit, or are withheld, are nobody's answer. */
const served = (mapping: RecordMapping, records: MappedRecord[]): SourceRecord[] =>
  records
    .filter(({ state }) => state === 'SERVED')
    .map(({ id, data }) => ({ id, recordType: mapping.type, version: 1, data }));
