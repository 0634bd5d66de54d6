/** Search: every question judged alone, what may leave decided once per question, the answer settled before it leaves. */
import { maySearch, mayLookUp, decideGate, forbiddenBy, valueOf, type Grant } from '../../access/decide-access.js';
import { findReleased, type Released } from '../../access/release.js';
import type { Comparison, Criteria, Page } from '../../protocol/query/criteria.js';
import { DIALECTS } from '../../protocol/dialects/dialects.js';
import { ItemRejected, RequestInvalid } from '../../protocol/errors.js';
import { partsOf } from '../../protocol/query/criteria-walk.js';
import { criteriaInvalid, quoteName } from '../../protocol/query/query-rejection.js';
import { parsePage } from '../../protocol/query/parse-page.js';
import { parseSort, type SortKey } from '../../protocol/query/parse-sort.js';
import { readQuery } from '../../protocol/query/read-query.js';
import { ReferenceIds } from '../../protocol/reference-ids.js';
import type { RecordTypeDefinition, RegistryDefinition } from '../../protocol/registries/definition.js';
import { ALL, both, clampRecord, expandFields, isKnownField } from '../../protocol/registries/records/fields.js';
import { pathsOfType } from '../../protocol/registries/records/identifying.js';
import { presentRecord } from '../../protocol/registries/records/normalize.js';
import type {
  SearchAnswer,
  SearchItem,
  SearchItemAnswer,
  SearchQuestion,
} from '../../protocol/search/search.translate.js';
import type { Operation } from '../../protocol/vocabulary.js';
import type { AgreementTerms } from '../../entities/senders/sender.repository.js';
import { judgedAt, type PartnerCall } from '../call.js';
import type { Services } from '../services.js';
import { assertInTime } from '../deadline.js';
import { decideSearchItem, missingConsent, type Decided } from './consent-in-message.js';
import { AnswerRoom } from './answer-room.js';
import { dialectHint } from './dialect-hint.js';
import { openCursor, sealCursor } from './sealed-cursor.js';
import { cutText } from '../../protocol/text.js';

/** Answers a search and settles its call. @throws Forbidden when no agreement covers it */
export async function search(
  services: Services,
  { sender, call, deadline }: PartnerCall,
  question: SearchQuestion,
  operation: Operation = 'SEARCH',
): Promise<SearchAnswer> {
  const definition = services.registries.byName(question.registry);
  if (definition === undefined) throw new RequestInvalid('registry: this gateway does not serve it');
  const gate = decideGate({ sender, definition, operation, now: judgedAt(services, call) });
  if (!gate.allowed) throw forbiddenBy(gate);
  await call.admit({ operation, items: question.items.length });
  const { from, maxItems, maxRecords, maxBytes } = call.part ?? WHOLE;
  const before = question.items.slice(0, from).map(({ referenceId }) => referenceId);
  const room = new AnswerRoom(call.part !== undefined);
  const answerItem = new SearchItems(services, definition, gate.agreements, {
    senderId: sender.senderId,
    room,
    before,
    deadline,
    receivedAt: call.receivedAt,
    missesConsent: DIALECTS[sender.dialect].missesConsent,
  });
  const items: SearchItemAnswer[] = [];
  for (const item of question.items.slice(from)) {
    if (items.length >= maxItems || room.records >= maxRecords || room.bytes >= maxBytes) break;
    assertInTime(deadline);
    items.push(await answerAlone(answerItem, item));
  }
  const completedCount = items.filter(({ status }) => status === 'SUCCEEDED').length;
  const answer: SearchAnswer = {
    transactionId: question.transactionId,
    correlationId: call.correlationId,
    status: completedCount > 0 || items.length === 0 ? 'SUCCEEDED' : 'REJECTED',
    completedCount,
    items,
  };
  await call.settle({
    operation,
    registry: definition.registry,
    transactionId: question.transactionId,
    status: answer.status,
    statusReasonCode: items.find(({ reasonCode }) => reasonCode !== undefined)?.reasonCode,
    statusReasonMessage: items.find(({ reasonMessage }) => reasonMessage !== undefined)?.reasonMessage,
    accessDecision: { items: answerItem.decisions },
    recordIds: answerItem.recordIds,
    consentIds: answerItem.consentIds,
    referenceIds: question.items.map(({ referenceId }) => referenceId),
    itemCount: question.items.length,
    itemsDone: from + items.length,
    partial: from + items.length < question.items.length,
    recordCount: answerItem.recordIds.length,
    result: answer,
  });
  return answer;
}

/** Its decision keeps how many records it let out, so that whose they are can be told (`decisionsAbout`). */
async function answerAlone(answerItem: SearchItems, item: SearchItem): Promise<SearchItemAnswer> {
  const { decisions, recordIds } = answerItem;
  const [decided, told] = [decisions.length, recordIds.length];
  const answer = await answerItem.answer(item);
  const decision = decisions[decided];
  if (decision?.['allowed'] === true) decision['released'] = recordIds.length - told;
  return answer;
}

/** Of `status_reason_message` (protocol 3.4). */
const MOST_TEXT = 999;
/** Answered at once; the answer's room bounds it. */
const WHOLE = { from: 0, maxItems: Infinity, maxRecords: Infinity, maxBytes: Infinity };

interface SearchBounds {
  /** Who is told. */
  senderId: string;
  room: AnswerRoom;
  /** Reference ids of items of the same message that were answered before. */
  before?: string[];
  /** Of the message. */
  receivedAt?: Date;
  /** A question that lacks a consent, and finds nobody, is refused. */
  missesConsent?: boolean | undefined;
  deadline?: AbortSignal | undefined;
}

/** A misspelt one would leave records with nothing in them, as if nothing were recorded. */
function assertFields(definition: RegistryDefinition, { name }: RecordTypeDefinition, fields: string[] = []): void {
  const unknown = fields.find((path) => !isKnownField(definition, name, path));
  if (unknown !== undefined)
    throw criteriaInvalid(`fields: ${quoteName(unknown)} is no field of ${name}: use paths such as name.surname`);
}

/** The questions of one search, with what they share: reference ids must differ, decisions and records are kept for the audit. */
export class SearchItems {
  readonly decisions: Record<string, unknown>[] = [];
  readonly recordIds: string[] = [];
  readonly consentIds: string[] = [];
  readonly #references: ReferenceIds;

  constructor(
    private readonly services: Services,
    private readonly definition: RegistryDefinition,
    private readonly agreements: AgreementTerms[],
    private readonly bounds: SearchBounds,
  ) {
    this.#references = new ReferenceIds(bounds.before);
  }

  async answer(item: SearchItem): Promise<SearchItemAnswer> {
    const head = { referenceId: item.referenceId, timestamp: this.services.clock().toISOString(), locale: item.locale };
    try {
      return { ...head, status: 'SUCCEEDED', ...(await this.#find(item)) };
    } catch (error) {
      if (!(error instanceof ItemRejected)) throw error;
      const hint = dialectHint(item, this.definition, error);
      const reasonMessage = hint === undefined ? error.message : cutText(`${error.message}; ${hint}`, MOST_TEXT);
      return { ...head, status: 'REJECTED', reasonCode: error.code, reasonMessage, records: [] };
    }
  }

  async #find(
    item: SearchItem,
  ): Promise<Pick<SearchItemAnswer, 'recordType' | 'records' | 'consentEnforced' | 'page'>> {
    const { room, deadline } = this.bounds;
    this.#references.take(item.referenceId);
    room.assertLeft();
    const today = this.services.clock().toISOString().slice(0, 10);
    const { recordType, criteria, projection, ...query } = readQuery(item, this.definition, { today });
    assertFields(this.definition, recordType, item.fields);
    const { grant, narrow, proven, kept } = await this.#decide(item, recordType);
    const sort = parseSort(item.sort, this.definition, recordType);
    const page = await this.#opened(query.page ?? parsePage(item.page));
    assertSearchable(grant, criteria, sort, proven ? 'agreement and consent do' : undefined);
    const { returns } = item;
    if (returns !== undefined) assertCovered(grant, returns);
    const { source, database, settings } = this.services;
    const { maxRecordsFound: most } = settings;
    const { records: released, ...found } = await findReleased(source, database, grant, {
      criteria: narrow(criteria),
      sort,
      page,
      ...(most === undefined ? {} : { exactTo: most + 1 }),
      signal: deadline,
    });
    if (found.answered !== undefined) kept['source'] = found.answered;
    if (this.bounds.missesConsent === true && grant.agreement.requiresConsent && !proven && found.totalCount === 0)
      throw missingConsent();
    if (most !== undefined) assertNotTooMany(found.totalCount, most);
    const fields = returns === undefined ? item.fields : [returns];
    const selected = within(returns, projection);
    const records = released.map(({ data }) => project(grant, selected, project(grant, fields, data)));
    room.take(records);
    this.recordIds.push(...released.map(({ id }) => id));
    this.consentIds.push(...released.flatMap(({ consentIds }) => consentIds));
    return {
      recordType: grant.recordType.name,
      records,
      consentEnforced: proven || grant.agreement.requiresConsent,
      page: {
        size: page.size,
        number: page.number,
        totalCount: found.totalCount,
        totalCountExact: found.totalIsExact ?? true,
        ...(found.nextCursor === undefined ? {} : { nextCursor: await this.#sealed(found.nextCursor) }),
      },
    };
  }

  async #opened({ cursor, ...page }: Page): Promise<Page> {
    return cursor === undefined
      ? page
      : { ...page, cursor: await openCursor(this.services, this.bounds.senderId, cursor) };
  }

  #sealed(cursor: string): Promise<string> {
    return sealCursor(this.services, this.bounds.senderId, cursor);
  }

  #decide(item: SearchItem, recordType: RecordTypeDefinition): Promise<Decided> {
    const { services, definition, agreements, decisions } = this;
    const { receivedAt = services.clock(), missesConsent } = this.bounds;
    const deciding = { services, definition, agreements, receivedAt, missesConsent, decisions };
    return decideSearchItem(deciding, item, recordType);
  }
}

/** A selection narrows what the operation returns; one that names nothing of it does not make it empty, which would read as none. */
function within(returns: string | undefined, projection: string[] | undefined): string[] | undefined {
  if (returns === undefined || projection === undefined) return projection;
  const inside = projection.filter((path) => path === returns || path.startsWith(`${returns}.`));
  return inside.length > 0 ? inside : undefined;
}

/** Some of it at least: nothing of it would make an empty list, which reads as none. */
function assertCovered({ clamp, definition, recordType }: Grant, returns: string): void {
  const covered = both(clamp, expandFields(definition, recordType.name, [returns]));
  if (covered !== ALL && covered.entries.length === 0)
    throw new ItemRejected('rjct.filter.invalid', `the agreement does not cover ${returns}`);
}

/** What a partner selected of a record that was clamped before: never more than the agreement lets out. */
function project({ definition, recordType }: Grant, projection: string[] | null | undefined, data: Released['data']) {
  if (projection == null) return data;
  const selected = expandFields(definition, recordType.name, projection);
  return presentRecord(definition, recordType.name, clampRecord(selected, data));
}

function assertNotTooMany(found: number, most: number): void {
  if (found > most)
    throw new ItemRejected('rjct.search.too_many_records_found', `more than ${most} records match; narrow the query`);
}

/** Only what the agreement lets a sender see may be asked about or sorted by. */
export function assertSearchable(
  grant: Grant,
  criteria: Criteria,
  sort: SortKey[] = [],
  bounds = 'the agreement does',
): void {
  for (const { leaf, negated } of partsOf(criteria)) {
    const problem =
      'identifier' in leaf
        ? lookUpProblem(grant, leaf.identifier.type, negated)
        : searchProblem(grant, leaf, { negated, bounds });
    if (problem !== undefined) throw new ItemRejected('rjct.filter.invalid', problem);
  }
  const unsorted = sort.find(({ attribute }) => !maySearch(grant, attribute));
  if (unsorted !== undefined)
    throw new ItemRejected('rjct.sort.invalid', `${unsorted.attribute}: ${bounds} not let this attribute be sorted by`);
}

function lookUpProblem(grant: Grant, type: string, negated: boolean): string | undefined {
  if (!grant.identifiable) return 'the agreement does not cover identifiers, so records cannot be looked up by them';
  if (!mayLookUp(grant, type))
    return `${type}: the agreement does not cover identifiers of this type, so records cannot be looked up by them`;
  const paths = pathsOfType(grant.recordType, type).map(valueOf);
  if (!negated || paths.some((path) => maySearch(grant, path))) return undefined;
  return `${type}: the agreement lets records be looked up by it, and not all others be asked for`;
}

/** Whom an identifier names may always be asked for where it is covered; who has another one, or one in a range, is searched. */
function searchProblem(
  grant: Grant,
  { attribute, operator }: Comparison,
  { negated, bounds }: { negated: boolean; bounds: string },
): string | undefined {
  const names = !negated && (operator === 'eq' || operator === 'in');
  if (names && grant.lookUpPaths.some((path) => attribute === valueOf(path))) return undefined;
  if (maySearch(grant, attribute)) return undefined;
  return `${attribute}: ${bounds} not let this attribute be searched`;
}
