/** Another DCI server as a source: questions are sent on as our own, and what it answers is read into the dictionary. */
import { createHash, randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '../../protocol/envelope/json.js';
import { ItemRejected } from '../../protocol/errors.js';
import { isObject } from '../../platform/plain-object.js';
import type { Criteria } from '../../protocol/query/criteria.js';
import { identifiersIn } from '../../protocol/query/criteria-walk.js';
import type { RecordTypeDefinition } from '../../protocol/registries/definition.js';
import { assembleRecord } from '../../protocol/registries/records/draft.js';
import { assertNoPlaceholder, identifyingOf } from '../../protocol/registries/records/identifying.js';
import { RecordInvalid } from '../../protocol/registries/records/record-invalid.js';
import { findRecordType, type Registries } from '../../protocol/registries/registries.js';
import { namesPersons } from '../askable.js';
import type {
  Answered,
  Capabilities,
  RecordsOf,
  RegistrySource,
  SourceHealth,
  SourceQuery,
  SourceRecord,
  SourceResult,
} from '../registry-source.js';
import { comparableAt } from './live-capabilities.js';
import { sourceRecordId } from './record-id.js';
import { SourceFault } from './source-fault.js';
import type { RecordMapping, SourceFile } from './source-file.schema.js';

/** How another server is asked: signed with our key, the reply proven to be its own. @throws SourceFault */
export interface Upstream {
  /** @param path below `/dci/v1/` */
  ask(path: string, action: string, message: JsonObject): Promise<JsonObject>;
  /** Whether it lets us in. */
  reach(): Promise<void>;
}

/** Of one message. */
const MOST_ITEMS = 20;
const PAGE = 100;

type Item = JsonObject;

export class UpstreamSource implements RegistrySource {
  constructor(
    private readonly file: SourceFile,
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
    const number = page.cursor === undefined ? 1 : Number(page.cursor);
    const named = namesPersons(criteria);
    const queries = named ? lookUps(criteria) : [this.#expression(criteria, query)];
    const records: SourceRecord[] = [];
    let answered: Answered | undefined;
    let hasMore = false;
    for (let at = 0; at < queries.length; at += MOST_ITEMS) {
      const reply = await this.#ask(query, queries.slice(at, at + MOST_ITEMS), number);
      answered = reply.answered;
      for (const { found, total } of reply.items) {
        records.push(...found.flatMap((data) => this.#read(query, data)));
        hasMore ||= found.length > 0 && total > (number - 1) * PAGE + found.length;
      }
    }
    if (named && hasMore)
      throw new ItemRejected('rjct.search.too_many_records_found', 'query: too many records have this identifier');
    return {
      records,
      totalCount: records.length,
      ...(answered && { answered }),
      ...(hasMore && { nextCursor: String(number + 1) }),
    };
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
    return { answered, items: answers.map(foundIn) };
  }

  /** None where what it says is no record of the dictionary, or is about nobody: as a row that does not fit. */
  #read({ definition, recordType }: RecordsOf, given: JsonObject): SourceRecord[] {
    const type = typeOf({ definition, recordType });
    const plain = Object.fromEntries(Object.entries(given).filter(([name]) => !name.startsWith('@')));
    try {
      const { identifiers, data } = assembleRecord(definition, type, [], plain);
      assertNoPlaceholder(identifiers);
      const key = identifyingOf(type, { identifiers, data })
        .map(({ type: name, value }) => JSON.stringify([name, value]))
        .toSorted();
      if (key.length === 0) return [];
      // Of several records of one subject, such as enrolments, nothing but what they say tells them apart.
      const own = type.severalPerSubject === true ? [digestOf(data)] : key.slice(0, 1);
      const [mapping] = this.#mappings({ definition, recordType });
      const id = sourceRecordId(this.file.source.name, mapping?.name ?? recordType, own);
      return [{ id, recordType, version: 1, data }];
    } catch (error) {
      if (error instanceof RecordInvalid) return [];
      throw error;
    }
  }
}

function typeOf({ definition, recordType: name }: RecordsOf): RecordTypeDefinition {
  const type = findRecordType(definition, name);
  if (type === undefined) throw new SourceFault(`this gateway does not serve ${definition.registry} ${name}`);
  return type;
}

/** Each identifier that may matter is a question; what must hold beside it is judged here. */
const lookUps = (criteria: Criteria): JsonObject[] =>
  [...new Set(identifiersIn(criteria).map((leaf) => JSON.stringify('identifier' in leaf ? leaf.identifier : {})))].map(
    (identifier) => ({ query_type: 'idtype-value', query: JSON.parse(identifier) as JsonObject }),
  );

function foundIn(item: Item): { found: JsonObject[]; total: number } {
  if (item['status'] !== 'succ') {
    const code = item['status_reason_code'];
    const why = typeof code === 'string' && /^rjct\.[a-z_.]+$/.test(code) ? code : 'it says not why';
    throw new SourceFault(`the other server refuses the question: ${why}`);
  }
  const data: unknown = item['data'];
  const told: Json | undefined = isObject(data) ? (data['reg_records'] as Json) : undefined;
  const found = [told ?? []].flat().filter((one): one is JsonObject => isObject(one));
  const pagination: unknown = item['pagination'];
  const total = isObject(pagination) ? Number(pagination['total_count'] ?? found.length) : found.length;
  return { found, total: Number.isNaN(total) ? found.length : total };
}

const digestOf = (data: unknown): string => createHash('sha256').update(JSON.stringify(data)).digest('base64url');
