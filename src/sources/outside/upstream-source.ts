/** Another DCI server as a source: questions are sent on as our own, and what it answers is read into the dictionary. */
import { randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '../../protocol/envelope/json.js';
import { ItemRejected } from '../../protocol/errors.js';
import { isObject } from '../../platform/plain-object.js';
import type { Criteria } from '../../protocol/query/criteria.js';
import { identifiersIn } from '../../protocol/query/criteria-walk.js';
import type { Registries } from '../../protocol/registries/registries.js';
import { namesPersons } from '../askable.js';
import {
  LOOK_UPS_AT_ONCE,
  type Answered,
  type Capabilities,
  type RecordsOf,
  type RegistrySource,
  type SourceHealth,
  type SourceQuery,
  type SourceRecord,
  type SourceResult,
} from '../registry-source.js';
import { comparableAt } from './live-capabilities.js';
import { SourceFault } from './source-fault.js';
import type { SubscriptionWish } from '../../entities/sources/source-subscription.repository.js';
import type { MappedRecord } from './map-records.js';
import type { RecordMapping, SourceFile } from './source-file.schema.js';
import { upstreamRecord } from './upstream-record.js';

/** How another server is asked: signed with our key, the reply proven to be its own. @throws SourceFault */
export interface Upstream {
  /** @param path below `/dci/v1/` */
  ask(path: string, action: string, message: JsonObject): Promise<JsonObject>;
  /** What is only acknowledged; the answer goes to `callback`. */
  request(path: string, action: string, message: JsonObject, callback?: string): Promise<JsonObject>;
  /** Whether it lets us in. */
  reach(): Promise<void>;
}

const PAGE = 100;

type Item = JsonObject;

export class UpstreamSource implements RegistrySource {
  constructor(
    readonly file: SourceFile,
    private readonly registries: Registries,
    private readonly upstream: Upstream,
    private readonly clock: () => Date,
  ) {}

  capabilities(of: RecordsOf): Promise<Capabilities> {
    const mappings = this.#mappings(of);
    const criteria = mappings.flatMap((mapping) =>
      Object.keys(mapping.search)
        .filter((path) => path !== 'identifier')
        .map((path) => [path, comparableAt(mapping, path, this.file.source.allow_scan)] as const),
    );
    return Promise.resolve({
      identifiers: mappings.length === 0 ? [] : 'ALL',
      criteria: Object.fromEntries(criteria.filter(([, operators]) => operators.length > 0)),
    });
  }

  /** Candidates: of persons whom identifiers name all at once, else page by page. */
  async search(query: SourceQuery): Promise<SourceResult> {
    const { criteria, page } = query;
    // The next page, and how many records came before it: a server may give fewer of them than it is asked for.
    const [number = 1, before = 0] = page.cursor?.split(' ').map(Number) ?? [];
    const named = namesPersons(criteria);
    const queries = named ? lookUps(criteria) : [this.#expression(criteria, query)];
    const records: SourceRecord[] = [];
    let answered: Answered | undefined;
    let [given, hasMore] = [0, false];
    for (let at = 0; at < queries.length; at += LOOK_UPS_AT_ONCE) {
      const reply = await this.#ask(query, queries.slice(at, at + LOOK_UPS_AT_ONCE), number);
      answered = reply.answered;
      for (const { found, total } of reply.items) {
        for (const data of found) {
          const record = this.read(query, data);
          if (record !== undefined)
            records.push({ id: record.id, recordType: query.recordType, version: 1, data: record.data });
        }
        given += found.length;
        hasMore ||= found.length > 0 && total > before + found.length;
      }
    }
    if (named && hasMore)
      throw new ItemRejected('rjct.search.too_many_records_found', 'query: too many records have this identifier');
    return {
      records,
      totalCount: records.length,
      ...(answered && { answered }),
      ...(hasMore && { nextCursor: `${number + 1} ${before + given}` }),
    };
  }

  /** None where what it says is no record of the dictionary, or is about nobody: as a row that does not fit. */
  read(of: RecordsOf, given: JsonObject): MappedRecord | undefined {
    const entry = this.mappingOf(of)?.name ?? of.recordType;
    return upstreamRecord(this.file.source.name, entry, of, given);
  }

  mappingOf(of: RecordsOf): RecordMapping | undefined {
    return this.#mappings(of)[0];
  }

  /** Its answer goes to `callback`, and its notifications to the `notify` beside. */
  async subscribe(
    { registry, recordType, eventType }: SubscriptionWish,
    transactionId: string,
    callbackOf: (path: string) => string,
  ): Promise<void> {
    const criteria = { reg_event_type: eventType, notify_record_type: recordType, filter: {} };
    const item = { reference_id: '1', timestamp: this.clock().toISOString(), subscribe_criteria: criteria };
    const message = { transaction_id: transactionId, subscribe_request: [item] };
    const path = this.#pathOf(registry);
    await this.upstream.request(`${path}/registry/subscribe`, 'subscribe', message, callbackOf(path));
  }

  async unsubscribe(registry: string, codes: string[], callbackOf: (path: string) => string): Promise<void> {
    const message = { transaction_id: randomUUID(), timestamp: this.clock().toISOString(), subscription_codes: codes };
    const path = this.#pathOf(registry);
    await this.upstream.request(`${path}/registry/unsubscribe`, 'unsubscribe', message, callbackOf(path));
  }

  #pathOf(registry: string): string {
    const path = this.registries.byName(registry)?.paths[0];
    if (path === undefined) throw new SourceFault(`this gateway does not serve ${registry}`);
    return path;
  }

  async health(): Promise<SourceHealth> {
    try {
      await this.upstream.reach();
      return { reachable: true, lagSeconds: 0 };
    } catch (error) {
      if (!(error instanceof SourceFault)) throw error;
      return { reachable: false, problem: error.message };
    }
  }

  #mappings({ definition, recordType }: RecordsOf): RecordMapping[] {
    return this.file.records.filter(
      ({ registry, type }) => this.registries.byName(registry)?.registry === definition.registry && type === recordType,
    );
  }

  /** Attributes under the names by which the other server knows them. */
  #expression(criteria: Criteria, of: RecordsOf): JsonObject {
    const search = this.#mappings(of)[0]?.search ?? {};
    const written = (part: Criteria): JsonObject => {
      if ('and' in part) return { $and: part.and.map(written) };
      if ('or' in part) return { $or: part.or.map(written) };
      if ('identifier' in part) return { [part.identifier.type]: { $eq: part.identifier.value } };
      if ('not' in part) throw new Error('a source is asked for no negation');
      const named = search[part.attribute];
      const name = typeof named === 'object' && 'column' in named ? named.column : part.attribute;
      return { [name]: { [`$${part.operator}`]: part.value } };
    };
    const query = { type: 'ns:org:QueryType:expression', value: { expression: { query: written(criteria) } } };
    return { query_type: 'expression', query };
  }

  async #ask(of: RecordsOf, queries: JsonObject[], number: number) {
    const transactionId = randomUUID();
    const items = queries.map((query, index) => ({
      reference_id: String(index + 1),
      timestamp: this.clock().toISOString(),
      search_criteria: {
        ...query,
        reg_record_type: of.recordType,
        pagination: { page_size: PAGE, page_number: number },
      },
    }));
    const message: JsonObject = { transaction_id: transactionId, search_request: items };
    const reply = await this.upstream.ask(`${of.definition.paths[0]}/registry/sync/search`, 'search', message);
    const told: JsonObject = isObject(reply['message']) ? reply['message'] : {};
    const answers = Array.isArray(told['search_response']) ? (told['search_response'] as Item[]) : [];
    if (answers.length !== queries.length) throw new SourceFault('the other server did not answer every question');
    const correlationId = told['correlation_id'];
    const upstream = { transactionId, ...(typeof correlationId === 'string' ? { correlationId } : {}) };
    const answered: Answered = { source: this.file.source.name, plan: 'LIVE', upstream };
    return { answered, items: answers.map((item) => foundIn(of, item)) };
  }
}

/** Each identifier that may matter is a question; what must hold beside it is judged here. */
const lookUps = (criteria: Criteria): JsonObject[] =>
  [...new Set(identifiersIn(criteria).map((leaf) => JSON.stringify('identifier' in leaf ? leaf.identifier : {})))].map(
    (identifier) => ({ query_type: 'idtype-value', query: JSON.parse(identifier) as JsonObject }),
  );

/** Codes of a question that cannot be asked there, now or later: no fault of the other server. */
const CANNOT_BE_ASKED = new Set(['rjct.filter.invalid', 'rjct.search_criteria.invalid']);

/** @throws ItemRejected `rjct.search_criteria.invalid` @throws SourceFault where it refuses us, not the question */
function foundIn({ definition, recordType }: RecordsOf, item: Item): { found: JsonObject[]; total: number } {
  if (item['status'] !== 'succ') {
    const code = item['status_reason_code'];
    const why = typeof code === 'string' && /^rjct\.[a-z_.]+$/.test(code) ? code : 'it says not why';
    if (CANNOT_BE_ASKED.has(why))
      throw new ItemRejected(
        'rjct.search_criteria.invalid',
        `query: the server that keeps ${definition.registry} ${recordType} does not take this comparison or value (${why})`,
      );
    throw new SourceFault(`the other server refuses the question: ${why}`);
  }
  const data: unknown = item['data'];
  const told: Json | undefined = isObject(data) ? (data['reg_records'] as Json) : undefined;
  const found = [told ?? []].flat().filter((one): one is JsonObject => isObject(one));
  const pagination: unknown = item['pagination'];
  const total = isObject(pagination) ? Number(pagination['total_count'] ?? found.length) : found.length;
  return { found, total: Number.isNaN(total) ? found.length : total };
}
