/** Where records come from. Ours are tables of this database; another source answers the same two questions. */
import type { Criteria, Page, Sort } from '../protocol/criteria.js';
import type { RegistryDefinition } from '../protocol/registries/definition.js';

export interface SourceQuery {
  definition: RegistryDefinition;
  /** Canonical record type name. */
  recordType: string;
  criteria: Criteria;
  /** The agreement's row filter; both must hold. */
  rowFilter?: Criteria;
  /** Empty = stable order by record id. Every order ends in the record id. */
  sort: Sort[];
  page: Page;
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
  /** All matches, whatever the page. */
  totalCount: number;
  /** Present when more follow. */
  nextCursor?: string;
}

export interface RegistrySource {
  search(query: SourceQuery): Promise<SourceResult>;
}
