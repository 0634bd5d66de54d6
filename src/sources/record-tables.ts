/** Where the values of a record stand in a statement: in its document `r.data`, or in its searched columns `s`. */
import type { SearchedColumn } from '../entities/records/searched-record.repository.js';
import { tableOf } from '../entities/records/searched-record.sql.js';
import type { Comparison, Criteria } from '../protocol/query/criteria.js';
import type { SortKey } from '../protocol/query/parse-sort.js';
import type { SourceQuery } from './registry-source.js';
import { MOST_TEXT } from './searched-columns.js';

export interface RecordTables {
  id(): string;
  document(): string;
  /** The column that a comparison can be made with; undefined where it takes the document. */
  columnOf(comparison: Comparison): SearchedColumn | undefined;
  sortedBy(key: SortKey): SearchedColumn | undefined;
  /** For parts that must all be answered by one table. */
  forAll(parts: Criteria[]): RecordTables;
}

/** Documents alone: as long as the columns of a record type are not filled, and where they say nothing. */
export const DOCUMENTS: RecordTables = {
  id: () => 'r.id',
  document: () => 'r.data',
  columnOf: () => undefined,
  sortedBy: () => undefined,
  forAll: () => DOCUMENTS,
};

/** Searched columns, and the documents behind them where something needs them. */
export class SearchedTables implements RecordTables {
  #usesDocuments = false;

  constructor(
    private readonly layout: number,
    private readonly columns: ReadonlyMap<string, SearchedColumn>,
  ) {}

  id(): string {
    return 's.record_id';
  }

  document(): string {
    this.#usesDocuments = true;
    return 'r.data';
  }

  columnOf({ attribute, operator, value }: Comparison): SearchedColumn | undefined {
    if (operator === 'contains' || operator === 'endsWith') return undefined;
    const values = Array.isArray(value) ? value : [value];
    // What is longer was cut off.
    if (values.some((one) => typeof one === 'string' && one.length >= MOST_TEXT)) return undefined;
    return this.columns.get(attribute);
  }

  sortedBy({ attribute, identifierType }: SortKey): SearchedColumn | undefined {
    return identifierType === undefined ? this.columns.get(attribute) : undefined;
  }

  forAll(parts: Criteria[]): RecordTables {
    if (parts.every((part) => this.holds(part))) return this;
    this.document();
    return DOCUMENTS;
  }

  /** Whether columns and identifiers alone tell. */
  holds(criteria: Criteria): boolean {
    if ('and' in criteria) return criteria.and.every((part) => this.holds(part));
    if ('or' in criteria) return criteria.or.every((part) => this.holds(part));
    if ('not' in criteria) return this.holds(criteria.not);
    return 'identifier' in criteria || this.columnOf(criteria) !== undefined;
  }

  /** Whether they narrow or order what is asked for. Somebody named by an identifier is found by that. */
  help({ criteria, rowFilter, sort }: SourceQuery): boolean {
    const parts = partsOf([criteria, ...(rowFilter === undefined ? [] : [rowFilter])]);
    if (parts.some((part) => this.#names(part))) return false;
    const [first] = sort;
    return parts.length === 0
      ? first === undefined || this.sortedBy(first) !== undefined
      : parts.some((part) => this.holds(part));
  }

  #names(criteria: Criteria): boolean {
    return (
      'identifier' in criteria ||
      ('or' in criteria && criteria.or.length > 0 && criteria.or.every((part) => this.#names(part)))
    );
  }

  /** What follows FROM; ask once everything else is written. */
  from(): string {
    const documents = this.#usesDocuments ? ' JOIN registry_record r ON r.id = s.record_id' : '';
    return `${tableOf(this.layout)} s${documents}`;
  }
}

/** What must all hold. */
const partsOf = (all: Criteria[]): Criteria[] => all.flatMap((one) => ('and' in one ? partsOf(one.and) : [one]));
