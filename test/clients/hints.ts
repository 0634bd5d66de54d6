/** What a form expects, as checks: each hint that is there must hold, and one that nobody reads is a failure. */
import { z } from 'zod';

export interface Seen {
  status: number;
  /** Undefined where the body is no JSON. */
  body: unknown;
}

export type Hints = Record<string, unknown>;

interface Item {
  status?: string;
  status_reason_code?: string;
  status_reason_message?: string;
  data?: { reg_records?: unknown } | unknown[];
  pagination?: { total_count?: number };
}

/** The members on the dotted path, `search_response.0.status`; undefined where there are none. */
export const at = (node: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((inner, name) => (Object(inner) as Record<string, unknown>)[name], node);

/** What OpenSPP 17 imports: it takes the rest for a person without a name. */
const openCrvsPerson = z.looseObject({
  identifier: z.array(z.looseObject({ name: z.string(), identifier: z.string() })).min(1),
  familyName: z.string(),
  givenName: z.string(),
  sex: z.string(),
  birthDate: z.string(),
  birthPlace: z.looseObject({ identifier: z.string() }).optional(),
  relations: z.array(z.looseObject({ '@type': z.string(), identifier: z.array(z.unknown()) })).optional(),
});

const LISTS = ['search_response', 'subscribe_response', 'disabled_response', 'enrolled_response'];

function itemsOf({ body }: Seen): Item[] {
  const message = at(body, 'message');
  const list = LISTS.map((name) => at(message, name)).find(Array.isArray);
  // An unsubscription has one outcome for all, which stands in the message itself.
  return (list as Item[] | undefined) ?? [Object(message) as Item];
}

/** Lists, single objects, and records that stand in `data` itself. */
export const recordsOf = ({ data }: Item): unknown[] => {
  const records = Array.isArray(data) ? data : data?.reg_records;
  return records === undefined ? [] : [records].flat();
};
const allRecords = (seen: Seen): unknown[] => itemsOf(seen).flatMap(recordsOf);

const reasonOf = (seen: Seen): string => String(itemsOf(seen)[0]?.status_reason_message);
const typeOf = (value: unknown): string => (Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value);
const same = (expected: unknown, found: unknown): string | undefined =>
  JSON.stringify(expected) === JSON.stringify(found)
    ? undefined
    : `${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`;
const oneOf = (allowed: unknown, found: unknown): string | undefined =>
  [allowed].flat().includes(found) ? undefined : `${JSON.stringify(found)} is none of ${JSON.stringify(allowed)}`;
const when = (holds: boolean, problem: string): string | undefined => (holds ? undefined : problem);

/** Undefined where a hint holds, else what is wrong. */
const CHECKS: Record<string, (expected: never, seen: Seen) => string | undefined> = {
  status: (allowed: number[], { status }) => oneOf(allowed, status),
  json: (wanted: boolean, { body }) => same(wanted, body !== undefined),
  action: (wanted: string, { body }) => same(wanted, at(body, 'header.action')),
  ack: (wanted: string, { body }) => same(wanted, at(body, 'message.ack_status')),
  header_status: (wanted: string, seen) => {
    const problem = same(wanted, at(seen.body, 'header.status'));
    return problem && `${problem} (${reasonOf(seen)})`;
  },
  error_code: (wanted: string, { body }) => same(wanted, at(body, 'message.error.code')),
  item_status: (wanted: string | string[], seen) =>
    Array.isArray(wanted) && itemsOf(seen).length > 1
      ? same(
          wanted,
          itemsOf(seen).map(({ status }) => status),
        )
      : oneOf(wanted, itemsOf(seen)[0]?.status),
  item_reason_code: (wanted: string, seen) => same(wanted, itemsOf(seen)[0]?.status_reason_code),
  items: (wanted: number, seen) => same(wanted, itemsOf(seen).length),
  records_min: (wanted: number, seen) => when(allRecords(seen).length >= wanted, `${allRecords(seen).length} records`),
  records_max: (wanted: number, seen) => when(allRecords(seen).length <= wanted, `${allRecords(seen).length} records`),
  records_of_items: (wanted: number[], seen) =>
    same(
      wanted,
      itemsOf(seen).map((item) => recordsOf(item).length),
    ),
  total: (wanted: number, seen) => same(wanted, itemsOf(seen)[0]?.pagination?.total_count),
  every_record_has: (path: string, seen) =>
    when(
      allRecords(seen).every((record) => at(record, path) !== undefined),
      `a record without ${path}`,
    ),
  has_identifier: (value: string, seen) =>
    when(
      allRecords(seen).some((record) => JSON.stringify(record).includes(`"${value}"`)),
      `no record of ${value}`,
    ),
  record_shape: (shape: string, seen) =>
    shape === 'OPENCRVS'
      ? allRecords(seen)
          .map((record) => openCrvsPerson.safeParse(record))
          .flatMap(({ error }) => (error === undefined ? [] : [z.prettifyError(error)]))[0]
      : `${shape}: no test knows this shape`,
  /** In words: the person of the consent that the harness signs. */
  only_subject: (_: string, seen) =>
    when(
      allRecords(seen).every((record) => at(record, 'name.given_name') === 'Anan'),
      'a record of another person',
    ),
  body_has: (paths: string[], { body }) => paths.find((path) => at(body, path) === undefined),
  body_lacks: (paths: string[], { body }) => paths.find((path) => at(body, path) !== undefined),
  any_key: ({ kid_matches: pattern, ...members }: { kid_matches: string }, { body }) =>
    when(
      ((at(body, 'keys') ?? []) as Record<string, unknown>[]).some(
        (key) =>
          new RegExp(pattern).test(String(key['kid'])) &&
          Object.entries(members).every(([name, value]) => key[name] === value),
      ),
      `no key of ${pattern}`,
    ),
  json_type: (types: Record<string, string>, { body }) =>
    Object.entries(types)
      .map(([path, type]) => same(type, typeOf(at(body, path))))
      .find((problem) => problem !== undefined),
};

/** All that is wrong; `callback` is left to who waits for it. */
export function problemsOf({ any_of: groups, ...hints }: Hints, seen: Seen): string[] {
  const own = Object.entries(hints).flatMap(([name, expected]) => {
    if (name === 'callback') return [];
    const check = CHECKS[name];
    if (check === undefined) return [`${name}: no test reads this hint`];
    const problem = check(expected as never, seen);
    return problem === undefined ? [] : [`${name}: ${problem}`];
  });
  const alternatives = (groups as Hints[] | undefined)?.map((group) => problemsOf(group, seen));
  const none = alternatives !== undefined && alternatives.every((problems) => problems.length > 0);
  return [...own, ...(none ? [`any_of: ${alternatives.map((problems) => problems.join(', ')).join(' | ')}`] : [])];
}

/** What the POST that follows must show, by itself or in the group that the answer fits. */
export function callbackHints({ callback, any_of: groups = [] }: Hints, seen: Seen): Hints | undefined {
  if (callback !== undefined) return callback as Hints;
  return (groups as Hints[]).find((group) => problemsOf(group, seen).length === 0)?.['callback'] as Hints | undefined;
}
