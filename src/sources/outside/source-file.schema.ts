/** The form of a source's file: what its SQL rows mean. Members that nobody knows are mistakes. */
import { z } from 'zod';

const text = z.string({ error: 'must be text' }).min(1, 'must not be empty');
/** A value as the source's text: `1` and `"1"` are the same. */
const value = z.union([z.string(), z.number(), z.boolean()], { error: 'must be a single value' }).transform(String);
const columns = z
  .union([text, z.array(text).min(1)], { error: 'must be a column, or a list of columns' })
  .transform((given) => (Array.isArray(given) ? given : [given]));
const name = z
  .string({ error: 'must be a name' })
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,62}$/, 'must be a name of letters, digits, "_" and "-", at most 63 long');

const MILLISECONDS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const duration = z
  .string({ error: 'must be a duration such as 30s, 15m or 6h' })
  .regex(/^\d{1,6}(ms|s|m|h|d)$/, 'must be a duration such as 30s, 15m or 6h')
  .transform((given) => Number.parseInt(given, 10) * (MILLISECONDS[given.replace(/\d+/, '')] ?? 1));

/** Never an address: what could hold a password stays in the environment. */
const variable = z
  .string({ error: 'must name an environment variable, as ${FARMERS_DATABASE_URL}' })
  .regex(
    /^\$\{[A-Z][A-Z0-9_]*\}$/,
    'must name an environment variable, as ${FARMERS_DATABASE_URL}; an address with its password is never written here',
  )
  .transform((given) => given.slice(2, -1));

export const timeZone = text.refine((zone) => {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }));
  } catch {
    return false;
  }
}, 'must be a time zone such as UTC or Asia/Dhaka');

const oneOf = <const Value extends string>(...values: Value[]) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` });

export const SOURCE_KINDS = ['postgres', 'mariadb', 'mysql', 'mssql', 'dci'] as const;
export const SOURCE_MODES = ['mirror', 'live'] as const;

const watermark = {
  column: text.optional(),
  table: text.optional(),
  key: columns.optional(),
  overlap: duration.default(3_600_000),
  every: duration.default(30_000),
};

const capture = z
  .strictObject({
    by: oneOf('publication', 'binlog', 'watermark', 'subscription', 'none'),
    /** Of another DCI server: its name among our senders, under which it tells us of events. */
    sender: text.optional(),
    publication: z
      .string({ error: 'must be a name' })
      .regex(/^[A-Za-z_]\w{0,62}$/, 'must be a name of letters, digits and "_"')
      .optional(),
    /** Ours; made and dropped by the gateway. */
    slot: z
      .string({ error: 'must be a name' })
      .regex(/^[a-z0-9_]{1,63}$/, 'must be a name of small letters, digits and "_"')
      .optional(),
    /** Of the log of changes, that the source may have to keep for us; beyond, our slot is dropped and everything read again. */
    max_wal_mb: z.int().min(16).default(8192),
    server_id: z.int().optional(),
    ignore: z.record(z.string(), z.record(z.string(), z.array(value))).optional(),
    sweep: duration.default(3_600_000),
    fallback: z.strictObject({ by: z.literal('watermark'), ...watermark }).optional(),
    max_end_share: z.number().min(0).max(1).default(0.05),
    ...watermark,
  })
  .prefault({ by: 'none' });

const field = z.union(
  [
    text.transform((column) => ({ column, codes: undefined, otherwise: undefined })),
    z.strictObject({
      column: text,
      codes: text.optional(),
      /** Left out: a value without a code refuses the record. */
      otherwise: z
        .union([value, z.null()])
        .transform((given) => given ?? 'null')
        .optional(),
    }),
  ],
  { error: 'must be a column, or {column, codes, otherwise}' },
);
export type Field = z.output<typeof field>;
const fields = z.record(z.string(), field);

const embed = z.strictObject({ record: name, by: text, at: text.optional() });
export type Embed = z.output<typeof embed>;

/** Of another table or view, row by row, or of the record's own row. */
export interface List {
  from?: string | undefined;
  parent: string[];
  key: string[];
  order?: string | undefined;
  value?: Field | undefined;
  fields: Record<string, Field>;
  constants: Record<string, string>;
  lists: Record<string, List[]>;
  embed?: Embed | undefined;
}

const list: z.ZodType<List> = z.lazy(() =>
  z.strictObject({
    from: text.optional(),
    parent: columns.default([]),
    key: columns.default([]),
    order: text.optional(),
    value: field.optional(),
    fields: fields.default({}),
    constants: z.record(z.string(), value).default({}),
    lists: lists.default({}),
    embed: embed.optional(),
  }),
) as z.ZodType<List>;
const lists = z.record(
  z.string(),
  z.union([list.transform((one) => [one]), z.array(list).min(1)], {
    error: 'must be {from, parent, key, fields, …}, or a list of {fields}',
  }),
);

const searched = z.strictObject({
  column: text,
  ops: z
    .array(oneOf('eq', 'in', 'ge', 'le'))
    .min(1)
    .default(['eq']),
  indexed: z.boolean().default(true),
});
export type Searched = z.output<typeof searched>;

export const record = z
  .strictObject({
    registry: text,
    type: text,
    name: name.optional(),
    from: text.optional(),
    sql: text.optional(),
    where: text.optional(),
    key: columns.default([]),
    state: z
      .strictObject({
        column: text,
        served: z.array(value).min(1),
        ended: z.array(value).default([]),
        merged: z.strictObject({ value, into: text }).optional(),
      })
      .optional(),
    fields: fields.default({}),
    constants: z.record(z.string(), value).default({}),
    identifiers: z
      .array(z.strictObject({ type: text, value: text, ambiguous: oneOf('allow', 'refuse').default('allow') }))
      .default([]),
    first_of: z.record(z.string(), z.array(z.strictObject({ type: text, value: text })).min(1)).default({}),
    lists: lists.default({}),
    embed: z.record(z.string(), embed).default({}),
    touched_by: z.record(z.string(), text).default({}),
    /** `sql` with `:last`: keys of records that time alone changed since then. */
    refresh: z.strictObject({ sql: text, every: duration.default(900_000) }).optional(),
    link: z.strictObject({ to: name, by: text, give: z.array(text).min(1) }).optional(),
    search: z
      .object({ identifier: z.union([text, z.record(z.string(), text)]).optional() })
      .catchall(searched)
      .default({}),
    events: z
      .strictObject({
        created: text.optional(),
        changed: text.optional(),
        ended: text.optional(),
        deleted: text.optional(),
        merged: text.optional(),
        added: z.record(z.string(), text).default({}),
        set: z.record(z.string(), text).default({}),
        initial_events: z.boolean().optional(),
      })
      .prefault({}),
  })
  .transform((given) => ({ ...given, name: given.name ?? given.type }));
export type RecordMapping = z.output<typeof record>;

export const sourceFile = z.strictObject({
  version: z.literal(1, { error: 'must be 1' }),
  source: z.strictObject({
    name,
    kind: oneOf(...SOURCE_KINDS),
    url: variable,
    mode: oneOf(...SOURCE_MODES).default('mirror'),
    time_zone: timeZone.default('UTC'),
    statement_timeout: duration.default(5000),
    pool: z.int().min(1).max(50).default(4),
    read_from: variable.optional(),
    max_age: duration.optional(),
    allow_scan: z.boolean().default(false),
    scan_limit: z.int().min(1).max(1_000_000).default(10_000),
    initial_events: z.boolean().default(false),
  }),
  capture,
  codes: z.record(z.string(), z.record(z.string(), value)).default({}),
  records: z.array(record).min(1, 'must name at least one record type'),
  check: z
    .strictObject({
      expect: z.record(z.string(), text).default({}),
      unique: z.array(text).optional(),
      min_rows: z.int().optional(),
    })
    .prefault({}),
});
export type SourceFile = z.output<typeof sourceFile>;

/** Names of all events that an entry may raise. */
export function eventsOf({ events }: RecordMapping): string[] {
  const { created, changed, ended, deleted, merged, added, set } = events;
  const named = [created, changed, ended, deleted, merged].filter((one) => one !== undefined);
  return [...new Set([...named, ...Object.values(added), ...Object.values(set)])];
}

/** Whether changes of its records are looked for: copies follow them, and those who subscribed to a live source are told. */
export const isFollowed = ({ source, capture: { by } }: SourceFile): boolean =>
  source.mode === 'mirror' || by !== 'none';
