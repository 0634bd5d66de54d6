/** Databases that were made before the baseline was: they hold the same tables, noted under the names of that time. */
import type { Database } from './database.js';
import { MIGRATIONS } from '../migrations/migrations.js';

const [BASELINE] = MIGRATIONS;

/** What together is the baseline. */
const BEFORE_BASELINE = [
  'Senders0001',
  'Records0002',
  'Transactions0003',
  'Delivery0004',
  'Work0005',
  'Subscriptions0006',
  'Callers0007',
  'Trust0008',
  'Monitoring0009',
  'References0010',
  'Disclosures0011',
  'Retention0018',
  'Bulk0020',
  'Grounds0021',
  'Order0022',
  'Told0023',
  'Scale0024',
];

/** Notes under today's names what has run; call before migrating. */
export async function renameFormerMigrations(database: Database): Promise<void> {
  const [{ exists } = {}] = await database.query<{ exists?: boolean }>(
    `select to_regclass('mikro_orm_migrations') is not null as exists`,
  );
  if (!exists) return;
  await database.transaction(async (unit) => {
    const former = await unit.query<{ name: string }>(
      'delete from mikro_orm_migrations where name = any($1) returning name',
      [BEFORE_BASELINE],
    );
    const missing = BEFORE_BASELINE.filter((name) => !former.some((row) => row.name === name));
    if (former.length > 0 && missing.length > 0)
      throw new Error(
        `this database was left by a version before the baseline, without ${missing.join(', ')}: start that version once more, or begin with an empty database`,
      );
    if (former.length > 0) await unit.query('insert into mikro_orm_migrations (name) values ($1)', [BASELINE?.name]);
    await unit.query(
      `update mikro_orm_migrations m set name = now.name
       from unnest($1::text[], $2::text[]) as now (former, name) where m.name = now.former`,
      [MIGRATIONS.map((migration) => migration.class.name), MIGRATIONS.map(({ name }) => name)],
    );
  });
}
