import { Command } from 'commander';
import type { MergedRecord } from '../use-cases/records/merged-records.js';
import { createRegistries } from '../protocol/registries/registries.js';
import { action, examples } from './action.js';

export const repairCommand = (): Command =>
  new Command('repair').description('find what needs a person’s judgement').addCommand(mergedRecordsCommand());

const mergedRecordsCommand = (): Command =>
  new Command('merged-records')
    .description('list records that hold several persons, by id and version and without values; changes nothing')
    .addHelpText('after', examples('npx dci repair merged-records', 'npx dci repair merged-records --json'))
    .action(
      action(async (terminal) => {
        const { withDatabase } = await import('./local-database.js');
        const { findMergedRecords } = await import('../use-cases/records/merged-records.js');
        const records = await withDatabase(terminal, (database) => findMergedRecords(database, createRegistries()));
        if (records.length > 0) terminal.exitCode = 1;
        terminal.result({ records }, ...describe(records));
      }),
    );

function describe(records: MergedRecord[]): string[] {
  if (records.length === 0) return ['No record is known to hold several persons.'];
  return [
    `${records.length} records hold several persons, or may:`,
    ...records.map(
      ({ id, registry, recordType, found, versions, types }) =>
        `${id}  ${registry} ${recordType}  ${found === 'VERSIONS' ? 'somebody else from version' : 'placeholder in version'} ${versions.join(', ')}  (${types.join(', ')})`,
    ),
    'What to do with them: docs/cli.md, repair',
  ];
}
