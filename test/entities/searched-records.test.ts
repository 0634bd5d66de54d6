/** Layouts of searched columns come and go beside writers: nothing that is written meanwhile is missing. */
import {
  dropUnusedLayouts,
  fillLayouts,
  keepLayouts,
  openLayouts,
  readyLayouts,
  type Layout,
} from '../../src/entities/records/searched-record.repository.js';
import { createRegistries } from '../../src/protocol/registries/registries.js';
import { searchedColumns } from '../../src/sources/searched-columns.js';
import { openRegistryDatabase, type RegistryDatabase } from '../sources/registry-database.js';

const { layout } = searchedColumns(createRegistries().byName('CRVS')!, 'Person');
const column = layout.columns[0]!;
let registry: RegistryDatabase;
beforeAll(async () => {
  registry = await openRegistryDatabase();
}, 60_000);
afterAll(() => registry?.close());

const person = (surname: string) => ({
  registry: 'CRVS' as const,
  recordType: 'Person',
  externalId: surname,
  identifiers: [],
  data: { name: { surname } },
});

const fill = async (): Promise<number> => {
  const filled = await fillLayouts(registry.database, { batch: 2, most: 100 });
  await openLayouts(registry.database);
  return filled;
};

async function tables(): Promise<string[]> {
  const rows = await registry.database.query<{ name: string }>(
    `select relname as name from pg_class where relkind = 'r' and relname ~ '^searched_record_' order by oid`,
  );
  return rows.map(({ name }) => name);
}

async function surnames(table: string): Promise<string[]> {
  const rows = await registry.database.query<{ surname: string }>(
    `select ${column.name} as surname from ${table} order by 1`,
  );
  return rows.map(({ surname }) => surname);
}

test('is filled when every writer that may not know of it has ended, and holds what they wrote', async () => {
  const { database } = registry;
  await registry.load([person('a'), person('b'), person('c')]);
  await database.transaction(async (writer) => {
    await writer.query(
      `insert into registry_record (id, registry, record_type, data) values (gen_random_uuid(), 'CRVS', 'Person', '{"name": {"surname": "d"}}')`,
    );
    await keepLayouts(database, [layout]);
    await keepLayouts(database, [layout]);
    await registry.load([person('e')]);
    expect(await fill()).toBe(0);
    expect(await readyLayouts(database)).toEqual([]);
  });
  expect(await fill()).toBe(5);
  const [ready] = await readyLayouts(database);
  expect(await tables()).toEqual([`searched_record_${ready!.id}`]);
  expect(await surnames(`searched_record_${ready!.id}`)).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('of a changed definition stands beside the former one, which goes when nobody has used it for a day', async () => {
  const { database } = registry;
  const changed: Layout = { ...layout, columns: layout.columns.slice(0, 3), indexes: [] };
  await keepLayouts(database, [changed]);
  await fill();
  await registry.load([person('f')]);
  const [former, next] = await tables();
  for (const table of [former!, next!]) expect(await surnames(table)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  await dropUnusedLayouts(database);
  expect(await tables()).toEqual([former, next]);
  await database.query(`update searched_layout set seen_at = now() - interval '25 hours'`);
  await keepLayouts(database, [changed]);
  // Its statements end first, then its table goes.
  await dropUnusedLayouts(database);
  expect(await tables()).toEqual([former, next]);
  await registry.load([person('g')]);
  await dropUnusedLayouts(database);
  expect(await tables()).toEqual([next]);
  expect(await surnames(next!)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
});
