/** The two ways a query is refused (protocol 2.7). Texts name what was asked for and what to do, never a value. */
import { ItemRejected } from '../errors.js';

/** The query does not have the shape of its `query_type`. */
export const criteriaInvalid = (text: string): ItemRejected => new ItemRejected('rjct.search_criteria.invalid', text);

/** The shape is right, but an attribute, operator, identifier type or value is not. */
export const filterInvalid = (text: string): ItemRejected => new ItemRejected('rjct.filter.invalid', text);

const NAME = /^[A-Za-z_$@][\w.:$@-]{0,99}$/;
/** A part of a text in CEL that is not read: a name, a mark, or words about it. */
const UNREAD = /^CEL: (?:[A-Za-z_][\w.]{0,99}|[^\w\s]{1,2}|[a-z]+(?: [a-z]+)*(?: [^\w\s])?)$/;

/** @returns the refusal of a text in CEL that names its part which is not read; undefined for any other name */
export const celUnread = (name: string): ItemRejected | undefined =>
  UNREAD.test(name)
    ? criteriaInvalid(`${quoteName(name)} is not read: compare one attribute with one value, joined by && and ||`)
    : undefined;

/** A name of the partner's, fit for an error text: a key that does not look like a name may be somebody's identifier. */
export function quoteName(name: unknown): string {
  return typeof name === 'string' && (NAME.test(name) || UNREAD.test(name)) ? `"${name}"` : '(not a name)';
}

/** `a, b, c and 12 more`, short enough for `status_reason_message`. */
export function listed(names: Iterable<string>, most = 15): string {
  const all = [...names];
  const rest = all.length - most;
  return all.slice(0, most).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
