/**
 * Where records come from. Ours are tables of this database; an outside source answers the same questions, and may forget
 * what it likes: consent, row filter, criteria, order and count are decided here for whatever it gives (decision 0008).
 */
import type { Criteria, Page } from '../protocol/query/criteria.js';
import type { SortKey } from '../protocol/query/parse-sort.js';
import type { RegistryDefinition } from '../protocol/registries/definition.js';

export interface RecordsOf {
  definition: RegistryDefinition;
  /** Canonical record type name. */
  recordType: string;
  /** Name of the source whose copies are asked for; our own records where left out. */
  origin?: string;
}

export interface SourceQuery extends RecordsOf {
  criteria: Criteria;
  /** The agreement's row filter; both must hold. */
  rowFilter?: Criteria;
  /** Present where the agreement asks for consent: records without it are neither returned nor counted. */
  consent?: ConsentScope;
  /** Empty = stable order by record id. Every order ends in the record id. */
  sort: SortKey[];
  page: Page;
  /** Members of a record that are read of it; the others may be left out. All where left out. */
  members?: string[] | undefined;
  /** A total up to here must be exact. */
  exactTo?: number;
  /** Where a walk through everything goes on: to count all of it for each page would take forever. The total means nothing then. */
  uncounted?: boolean;
  /** Ends the search when nobody waits for it any more. */
  signal?: AbortSignal | undefined;
}

/** Whose consent is asked for, and what it must cover beside existing. */
export interface ConsentScope {
  senderId: string;
  organizationKind: string | null;
  /** Code; without one only consents to every purpose count. */
  purpose: string | undefined;
  /** Canonical paths that the search compares or sorts by: what a person did not consent to must not decide a match. */
  attributes: string[];
}

export interface SourceRecord {
  /** Ours: of an outside record it is made of source and key, in one place (`outside/record-id.ts`). */
  id: string;
  recordType: string;
  version: number;
  /** The whole record in the dictionary's JSON form, not yet clamped. */
  data: Record<string, unknown>;
}

export interface SourceResult {
  records: SourceRecord[];
  /** All matches, whatever the page; at least so many, where it is not exact. */
  totalCount: number;
  totalIsExact?: boolean;
  /** Present when more follow. */
  nextCursor?: string;
  /** How it was answered, where not from our own records; kept with the decision. */
  answered?: Answered;
}

export interface Answered {
  source: string;
  plan: 'MIRROR' | 'LIVE';
  /** Records of a live source that were looked at. */
  candidates?: number;
  /** How old a mirror was. */
  ageSeconds?: number;
  /** The transaction at the gateway that was asked, and its own id of it. */
  upstream?: { transactionId: string; correlationId?: string };
}

/** What of a question a source can be asked; the rest is judged here, on what it gives. */
export interface Capabilities {
  /** Identifier types that it looks up. */
  identifiers: 'ALL' | string[];
  /** Comparisons that it finds records by, by path. */
  criteria: 'ALL' | Record<string, Comparable[]>;
}

export type Comparable = 'eq' | 'in' | 'gt' | 'gte' | 'lt' | 'lte';

export interface SourceHealth {
  reachable: boolean;
  /** Why it is not, in words without values or addresses. */
  problem?: string;
  lagSeconds?: number;
}

/** What everybody who knows records asks, whoever keeps them. */
export interface RecordSource {
  search(query: SourceQuery): Promise<SourceResult>;
}

/** Of one question to an outside source: another server takes no more in one message. */
export const LOOK_UPS_AT_ONCE = 20;

/** Whoever answers together what is asked together. */
export interface RecordTables extends RecordSource {
  /** Questions about one record type, such as the rows of a file. Undefined for each that is no look-up. */
  lookUp(queries: SourceQuery[]): Promise<(SourceResult | undefined)[]>;
}

/**
 * What an outside source needs. Its searches are asked for candidates: no row filter, no consent, no order. What changes
 * there is no question: it is followed in the background (`outside/mirror.ts`).
 */
export interface RegistrySource extends RecordSource {
  capabilities(of: RecordsOf): Promise<Capabilities>;
  health(): Promise<SourceHealth>;
}
