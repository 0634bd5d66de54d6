import { Command } from 'commander';
import type { RecordDraft } from '../entities/records/record.repository.js';
import type { Database } from '../entities/database/database.js';
import { action, examples, wholeNumber } from './action.js';

const LOOK_AHEAD = 1000;

export const seedCommand = (): Command =>
  new Command('seed')
    .description('fill the registries with a made-up country: the same persons at every run, a larger number only adds')
    .requiredOption('--persons <n>', 'how many persons it is to have', wholeNumber(1, 1_000_000_000))
    .addHelpText('after', examples('npx dci seed --persons 1000', 'npx dci seed --persons 1000000'))
    .action(
      action<{ persons: number }>(async (terminal, { persons }) => {
        const { withDatabase } = await import('./house.js');
        const { migrateDatabase, underStartLock } = await import('../entities/database/migrate.js');
        const { seedRecords } = await import('../server/prepare.js');
        const { demoRecords } = await import('../sources/demo-data.js');
        const progress = terminal.progress('records');
        const outcome = await withDatabase(terminal, async (database, directUrl) => {
          // Only this under the lock: a large country must not keep a gateway from starting.
          await underStartLock(directUrl, () => migrateDatabase(database, new Date()));
          let made = 0;
          const missing = onlyMissing(database, demoRecords(persons), () => void (made += 1));
          const added = await seedRecords(database, missing, (records) => progress.at(records));
          return { persons, added, present: made - added };
        });
        progress.end();
        const { added, present } = outcome;
        terminal.result(outcome, `${added} records of ${persons} persons added; ${present} were there.`);
      }),
    );

/** What an earlier run has written stays as it is, so that a run that was cut short can be run again. */
async function* onlyMissing(
  database: Database,
  records: Iterable<RecordDraft>,
  count: () => void,
): AsyncGenerator<RecordDraft> {
  let batch: RecordDraft[] = [];
  for (const record of records) {
    count();
    if (batch.push(record) < LOOK_AHEAD) continue;
    yield* await missingOf(database, batch);
    batch = [];
  }
  yield* await missingOf(database, batch);
}

async function missingOf(database: Database, batch: RecordDraft[]): Promise<RecordDraft[]> {
  const rows = await database.query<{ registry: string; record_type: string; external_id: string }>(
    `select r.registry, r.record_type, r.external_id from registry_record r
     join unnest($1::text[], $2::text[], $3::text[]) as given (registry, type, id)
       on r.registry = given.registry and r.record_type = given.type and r.external_id = given.id
     where r.deleted_at is null`,
    [
      batch.map(({ registry }) => registry),
      batch.map(({ recordType }) => recordType),
      batch.map(({ externalId }) => externalId),
    ],
  );
  const present = new Set(rows.map((row) => nameOf(row.registry, row.record_type, row.external_id)));
  return batch.filter(({ registry, recordType, externalId }) => !present.has(nameOf(registry, recordType, externalId)));
}

const nameOf = (registry: string, type: string, id: unknown): string => JSON.stringify([registry, type, id]);
