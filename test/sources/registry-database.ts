/** A database with demo records, and those records beside it, for tests that compare the two. */
import type { Database } from '../../src/entities/database/database.js';
import { connectDatabase } from '../../src/entities/schema/connect.js';
import { loadRecords } from '../../src/entities/records/record.repository.js';
import { fillLayouts, indexLayouts, keepLayouts } from '../../src/entities/records/searched-record.repository.js';
import { createRegistries } from '../../src/protocol/registries/registries.js';
import { wantedLayouts } from '../../src/sources/layouts.js';
import type { DemoRecord } from '../../src/sources/demo-data.js';
import { createTestDatabase } from '../support/postgres.js';

export interface LoadedRecord extends DemoRecord {
  id: string;
}

export interface RegistryDatabase {
  database: Database;
  load(records: DemoRecord[]): Promise<LoadedRecord[]>;
  /** Makes the searched columns, and fills them with what is there. */
  fill(): Promise<void>;
  close(): Promise<void>;
}

export async function openRegistryDatabase(): Promise<RegistryDatabase> {
  const created = await createTestDatabase();
  const database = await connectDatabase(created.url, { poolSize: 4 });
  return {
    database,
    load: async (records) => {
      for (let at = 0; at < records.length; at += 5000) await loadRecords(database, records.slice(at, at + 5000));
      await database.query('ANALYZE registry_record, record_identifier');
      return withIds(database, records);
    },
    fill: async () => {
      await keepLayouts(database, await wantedLayouts(database, createRegistries().all));
      while ((await waiting(database)) > 0) {
        await fillLayouts(database, { batch: 1000, most: 1_000_000 });
        await indexLayouts(database);
      }
    },
    close: async () => {
      await database.close();
      await created.drop();
    },
  };
}

const waiting = async (database: Database): Promise<number> =>
  (await database.query('select 1 from searched_layout where ready_at is null')).length;

async function withIds(database: Database, records: DemoRecord[]): Promise<LoadedRecord[]> {
  const rows = await database.query<{ id: string; key: string }>(
    `SELECT id, registry || ' ' || external_id AS key FROM registry_record`,
  );
  const ids = new Map(rows.map(({ id, key }) => [key, id]));
  return records.map((record) => ({ ...record, id: ids.get(`${record.registry} ${record.externalId}`)! }));
}
