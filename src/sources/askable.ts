/**
 * What of a question an outside source can be asked: never less than the question finds, so that what it gives has only
 * to be sifted. What it cannot be asked at all is refused by name.
 */
import { ItemRejected } from '../protocol/errors.js';
import type { Criteria } from '../protocol/query/criteria.js';
import type { Capabilities, Comparable, SourceQuery } from './registry-source.js';

/** Undefined where the source would have to give everything. */
export function askable(criteria: Criteria, capabilities: Capabilities): Criteria | undefined {
  if ('and' in criteria) {
    const and = criteria.and.flatMap((part) => askable(part, capabilities) ?? []);
    return and.length === 0 ? undefined : { and };
  }
  if ('or' in criteria) {
    const or = criteria.or.map((part) => askable(part, capabilities));
    return or.every((part) => part !== undefined) ? { or } : undefined;
  }
  if ('not' in criteria) return undefined;
  if ('identifier' in criteria) {
    const { identifiers } = capabilities;
    return identifiers === 'ALL' || identifiers.includes(criteria.identifier.type) ? criteria : undefined;
  }
  return comparable(capabilities, criteria.attribute).some((operator) => operator === criteria.operator)
    ? criteria
    : undefined;
}

const ALL: Comparable[] = ['eq', 'in', 'gt', 'gte', 'lt', 'lte'];

function comparable({ criteria }: Capabilities, path: string): Comparable[] {
  if (criteria === 'ALL') return ALL;
  return Object.hasOwn(criteria, path) ? (criteria[path] ?? []) : [];
}

/** Whether criteria find nobody but those whom identifiers in them name. */
export function namesPersons(criteria: Criteria): boolean {
  if ('identifier' in criteria) return true;
  if ('and' in criteria) return criteria.and.some(namesPersons);
  return 'or' in criteria && criteria.or.every(namesPersons);
}

/**
 * The question as the source is asked it. Where consent decides, persons must be named: how many others there are must not
 * be told by a refusal, or by its time. The same holds for a row filter that the source cannot apply.
 *
 * @throws ItemRejected `rjct.search_criteria.invalid`
 */
export function questionFor(query: SourceQuery, capabilities: Capabilities): Criteria {
  const asked = askable(query.criteria, capabilities);
  if (asked === undefined) throw cannotBeAsked(query, capabilities);
  if (namesPersons(asked)) return asked;
  if (query.consent !== undefined) throw mustName(query, 'where consent decides');
  if (query.rowFilter === undefined) return asked;
  const rows = askable(query.rowFilter, capabilities);
  if (rows === undefined) throw mustName(query, 'where the agreement covers some records only');
  return { and: [asked, rows] };
}

const nameOf = ({ definition, recordType }: SourceQuery): string => `${definition.registry} ${recordType}`;

function cannotBeAsked(query: SourceQuery, { identifiers, criteria }: Capabilities): ItemRejected {
  const paths = criteria === 'ALL' ? [] : Object.entries(criteria).filter(([, operators]) => operators.length > 0);
  const can = [
    identifiers === 'ALL' ? 'identifiers' : `identifiers (${identifiers.join(', ') || 'none'})`,
    ...paths.map(([path, operators]) => `${path} (${operators.join(', ')})`),
  ];
  return refused(
    `query: the records of ${nameOf(query)} are asked at their source, which finds them by ${can.join('; ')}`,
  );
}

const mustName = (query: SourceQuery, when: string): ItemRejected =>
  refused(`query: the records of ${nameOf(query)} are asked at their source: name persons by identifiers ${when}`);

const refused = (message: string): ItemRejected => new ItemRejected('rjct.search_criteria.invalid', message);
