/** Every column of a table changed, one at a time, each to another value that its type allows. */
import { randomUUID } from 'node:crypto';
import { finishAttempts, finishedRow } from '../../src/entities/deliveries/delivery-outcome.repository.js';
import { enqueueCallback } from '../../src/entities/deliveries/delivery.repository.js';
import { claimDeliveries } from '../../src/entities/deliveries/due-delivery.repository.js';
import { uuidv7 } from '../../src/platform/uuid.js';
import type { TestGateway } from './gateway.js';

interface Column {
  name: string;
  type: string;
}

/** SQL that makes another value of a column. */
const OTHER: Record<string, (column: string) => string> = {
  uuid: () => 'gen_random_uuid()',
  text: (column) => `coalesce(${column}, '') || 'x'`,
  bytea: (column) => `coalesce(${column}, '') || '\\x00'`,
  jsonb: () => `'{"another": true}'`,
  integer: (column) => `coalesce(${column}, 0) + 1`,
  bigint: (column) => `coalesce(${column}, 0) + 100`,
  real: (column) => `coalesce(${column}, 0) + 1`,
  'timestamp with time zone': (column) => `coalesce(${column}, now()) + interval '1 microsecond'`,
  'uuid[]': (column) => `array_append(${column}, gen_random_uuid())`,
  'text[]': (column) => `array_append(${column}, 'x')`,
  boolean: (column) => `not ${column}`,
  xid8: (column) => `(${column}::text::bigint + 1)::text::xid8`,
};

/** Where a rule of the table, or its partitions, let only some values in. */
const ALLOWED: Record<string, string> = {
  id: `overlay(id::text placing 'ffff' from 20 for 4)::uuid`,
  'delivery.state': `'FAILED'`,
};

/** One statement a column, for the row that `where` names. */
export async function tamperings(
  gateway: TestGateway,
  table: string,
  where: string,
): Promise<{ column: string; statement: string }[]> {
  const columns = await gateway.database.query<Column>(
    `select attname as name, format_type(atttypid, null) as type from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`,
    [table],
  );
  // The kind of a delivery is bound to its numbers by a rule of the table.
  const free = columns.filter(({ name }) => !(table === 'delivery' && ['kind', 'sequence', 'told'].includes(name)));
  return free.map(({ name, type }) => {
    const other = ALLOWED[`${table}.${name}`] ?? ALLOWED[name] ?? OTHER[type]?.(name);
    if (other === undefined) throw new Error(`say how to change a ${type}: ${table}.${name}`);
    return { column: `${table}.${name}`, statement: `update ${table} set ${name} = ${other} where ${where}` };
  });
}

/** A delivery that was brought, by the jobs' own statements: for gateways that run no jobs. */
export async function deliverOne({ database, services }: TestGateway, senderId: string): Promise<void> {
  const [request] = await database.query<{ id: string }>('select id from transaction order by id desc limit 1');
  const callback = {
    requestId: request?.id ?? '',
    action: 'on-search',
    page: 1,
    senderId,
    registry: 'SOCIAL',
    target: 'https://partner.example/on-search',
    envelope: { message: {} },
    released: { operation: 'SEARCH', accessDecision: { allowed: true, fields: ['*'] }, consentIds: [] },
  } as const;
  const now = new Date();
  await enqueueCallback(
    database,
    services.vault,
    { ...callback, released: { ...callback.released, consentIds: [] } },
    now,
  );
  const worker = randomUUID();
  const [due] = await claimDeliveries(
    database,
    worker,
    { perHost: 1, hosts: [], perSender: 1, senders: [], busy: [] },
    1,
  );
  if (due === undefined) throw new Error('nothing is due');
  const nothing = { address: null, status: 200, latencyMs: 1, error: null, excerpt: null };
  const attempt = { id: uuidv7(), at: now, outcome: 'DELIVERED', ...nothing };
  const end = { state: 'DELIVERED', reason: null, dueAt: null } as const;
  await finishAttempts(database, worker, [finishedRow({ delivery: due, attempt, end, now: new Date(), tells: true })]);
}
