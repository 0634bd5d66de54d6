/** The one way out for records: what the grant does not cover, or its subject did not consent to, is absent from what this returns. */
import type { Sql } from '../entities/database/database.js';
import type { Criteria, Page } from '../protocol/query/criteria.js';
import { attributesIn } from '../protocol/query/criteria-walk.js';
import type { SortKey } from '../protocol/query/parse-sort.js';
import { clampRecord } from '../protocol/registries/records/fields.js';
import { identifyingTypes } from '../protocol/registries/records/identifying.js';
import { presentRecord } from '../protocol/registries/records/normalize.js';
import type { RecordSource, SourceQuery, SourceRecord, SourceResult } from '../sources/registry-source.js';
import { applyConsent, consentScope } from './consent.js';
import type { Grant } from './decide-access.js';

export interface Released {
  id: string;
  data: Record<string, unknown>;
  /** Consents that let it out; empty where the agreement asks for none. */
  consentIds: string[];
}

export interface Question {
  criteria: Criteria;
  sort?: SortKey[];
  page: Page;
  /** Canonical paths that the answer speaks about beside those compared, such as the claims of a verification. */
  about?: string[];
  /** Members of the records that are read; all of them where consent decides, which looks at the whole record. */
  members?: string[] | undefined;
  /** A total up to here must be exact. */
  exactTo?: number | undefined;
  /** Goes on with a walk through everything, whose first page was counted. */
  uncounted?: boolean;
  /** Ends the search when nobody waits for it any more. */
  signal?: AbortSignal | undefined;
}

/** A question to the source as the grant lets it be asked: row filter and consent decide what is found and counted. */
export function askUnder(
  grant: Grant,
  { criteria, sort = [], page, about = [], members, exactTo = 0, uncounted = false, signal }: Question,
): SourceQuery {
  const { definition, recordType, rowFilter } = grant;
  const asked = new Set([...attributesIn(criteria), ...sort.map(({ attribute }) => attribute), ...about]);
  const consent = consentScope(grant, [...asked]);
  return {
    definition,
    recordType: recordType.name,
    criteria,
    sort,
    page,
    // Whether a count is suppressed must not be guessed.
    exactTo: Math.max(exactTo, grant.agreement.grantee.suppressCountsBelow),
    ...(uncounted ? { uncounted } : {}),
    signal,
    ...(rowFilter === undefined ? {} : { rowFilter }),
    ...(consent === undefined ? { members } : { consent }),
  };
}

export interface Found {
  records: Released[];
  /** Of all pages; what may not be found is not counted. */
  totalCount: number;
  /** Left out where it is. */
  totalIsExact?: boolean;
  nextCursor?: string;
  /** How its source answered, for the decision's record. */
  answered?: SourceResult['answered'];
}

/** The way of every search: asks under the grant, keeps small counts from senders so marked, releases what is left. */
export async function findReleased(source: RecordSource, sql: Sql, grant: Grant, question: Question): Promise<Found> {
  const { records, ...found } = await source.search(askUnder(grant, question));
  if (question.uncounted !== true && isSuppressed(grant, question.criteria, { records, ...found }))
    return { records: [], totalCount: 0, ...(found.answered && { answered: found.answered }) };
  return { ...found, records: await release(sql, grant, records) };
}

/**
 * Few matches are told as none, records and count alike: a search by attributes that narrows to few is about persons, not
 * groups, and so is one by a number that several share. Somebody named by an identifier is no group to begin with.
 */
function isSuppressed({ agreement, recordType }: Grant, criteria: Criteria, found: SourceResult): boolean {
  const { records, totalCount } = found;
  if (totalCount >= agreement.grantee.suppressCountsBelow) return false;
  // Of a household's number: all that were found, and so are looked at, must be the household's own.
  const isNumberOfOne = (type: string): boolean =>
    recordType.identifying.includes(type) ||
    (records.length === totalCount && records.every(({ data }) => identifyingTypes(recordType, data).includes(type)));
  return !namesOnly(criteria, isNumberOfOne);
}

function namesOnly(criteria: Criteria, isNumberOfOne: (type: string) => boolean): boolean {
  if ('identifier' in criteria) return isNumberOfOne(criteria.identifier.type);
  const parts = 'and' in criteria ? criteria.and : 'or' in criteria ? criteria.or : [];
  return parts.length > 0 && parts.every((part) => namesOnly(part, isNumberOfOne));
}

/** Records as they may leave; consent is read here once more, and afresh. */
export const release = async (
  sql: Sql,
  grant: Grant,
  records: SourceRecord[],
  about: string[] = [],
): Promise<Released[]> => (await releaseEach(sql, grant, records, about)).filter((one) => one !== undefined);

/** The same, in their order; undefined for each that may not. */
export async function releaseEach(
  sql: Sql,
  grant: Grant,
  records: SourceRecord[],
  about: string[],
): Promise<(Released | undefined)[]> {
  const { definition, recordType, clamp } = grant;
  return (await consentedEach(sql, grant, records, about)).map(
    (one) =>
      one && {
        id: one.id,
        consentIds: one.consentIds,
        data: presentRecord(definition, recordType.name, clampRecord(clamp, one.data)),
      },
  );
}

type ConsentedRecord = SourceRecord & Pick<Released, 'consentIds'>;

/**
 * Records that may be spoken about, before the clamp: for answers that no record leaves with.
 *
 * @param about canonical paths by which the records were chosen where no `askUnder` search chose them, such as those of a
 *   subscription's filter: who did not consent to them must not be told apart by them
 */
export const consented = async (
  sql: Sql,
  grant: Grant,
  records: SourceRecord[],
  about: string[] = [],
): Promise<ConsentedRecord[]> => (await consentedEach(sql, grant, records, about)).filter((one) => one !== undefined);

const consentedEach = async (
  sql: Sql,
  grant: Grant,
  records: SourceRecord[],
  about: string[],
): Promise<(ConsentedRecord | undefined)[]> =>
  grant.agreement.requiresConsent
    ? applyConsent(sql, grant, records, about)
    : records.map((record) => ({ ...record, consentIds: [] }));
