import { Command } from 'commander';
import { action, examples, wholeNumber } from './action.js';

export const seedCommand = (): Command =>
  new Command('seed')
    .description('fill the registries with a made-up country: the same persons at every run, a larger number only adds')
    .requiredOption('--persons <n>', 'how many persons it is to have', wholeNumber(1, 1_000_000_000))
    .addHelpText('after', examples('npx dci seed --persons 1000', 'npx dci seed --persons 1000000'))
    .action(
      action<{ persons: number }>(async (terminal, { persons }) => {
        const { withDatabase } = await import('./local-database.js');
        const { migrateDatabase, underStartLock } = await import('../entities/schema/migrate.js');
        const { onlyMissing, seedRecords } = await import('../server/prepare.js');
        const { demoRecords } = await import('../sources/demo-data.js');
        const progress = terminal.progress('records');
        const outcome = await withDatabase(terminal, async (database, directUrl) => {
          // Only this under the lock: a large country must not keep a gateway from starting.
          await underStartLock(directUrl, () =>
            migrateDatabase(database, new Date(), { waits: (reason) => terminal.note(`· ${reason}; trying again`) }),
          );
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
