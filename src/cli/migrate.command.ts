import { Command } from 'commander';
import { action, examples } from './action.js';

export const migrateCommand = (): Command =>
  new Command('migrate')
    .description('bring the database schema up to date (every gateway does so at its start)')
    .addHelpText('after', examples('npx dci migrate', 'DATABASE_URL=postgres://… npx dci migrate --json'))
    .action(
      action(async (terminal) => {
        const { withDatabase } = await import('./local-database.js');
        const { migrateDatabase, underStartLock } = await import('../entities/schema/migrate.js');
        const applied = await withDatabase(terminal, (database, directUrl) =>
          underStartLock(directUrl, () =>
            migrateDatabase(database, new Date(), { waits: (reason) => terminal.note(`· ${reason}; trying again`) }),
          ),
        );
        const text = applied.length === 0 ? 'The schema is up to date.' : `Applied: ${applied.join(', ')}`;
        terminal.result({ applied }, text);
      }),
    );
