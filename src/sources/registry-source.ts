/** Where records come from. Ours are tables of this database; another source answers the same two questions. */
import type { Criteria, Page, Sort } from '../protocol/query/criteria.js';
import type { RegistryDefinition } from '../protocol/registries/definition.js';

export interface SourceQuery {
  definition: RegistryDefinition;
  /** Canonical record type name. */
  recordType: string;
  criteria: Criteria;
  /** The agreement's row filter; both must hold. */
  rowFilter?: Criteria;
  /** Present where the agreement asks for consent: records without it are neither returned nor counted. */
  consent?: ConsentScope;
  /** Empty = stable order by record id. Every order ends in the record id. */
  sort: Sort[];
  page: Page;
  /** A total up to here must be exact. */
  exactTo?: number;
  /** Name of the source whose copies are asked for; our own records where left out. */
  origin?: string;
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
}

export interface RegistrySource {
  search(query: SourceQuery): Promise<SourceResult>;
}
