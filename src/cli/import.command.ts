import { Command, InvalidArgumentError } from 'commander';
import { ROW_FORMATS } from '../sources/files/given-file.js';
import { action, examples, oneOf, wholeNumber } from './action.js';
import type { ImportOptions } from './import.run.js';

export const importCommand = (): Command =>
  new Command('import')
    .description(
      'write the records of a file; each change raises its event. Bad rows are reported, the rest is written',
    )
    .argument('<file>', 'CSV, NDJSON or Parquet; - reads standard input')
    .option('--registry <name>', 'social, crvs, dr, fr, ibr, ess; --map says it itself')
    .option('--map <file>', 'YAML that says what the columns of the file mean, where they have names of their own')
    .option('--refused <file>', 'gets each refused row with its line and reason, as NDJSON that only you may read')
    .option('--record-type <name>', 'of rows that name none; the default is the first of the registry')
    .option('--format <name>', 'csv, ndjson or parquet, where the name of the file does not say so', oneOf(ROW_FORMATS))
    .option('--encoding <name>', 'of the file, such as windows-1252, where it is not UTF-8', readEncoding)
    .option(
      '--delimiter <character>',
      'between the cells of a CSV, where its first line does not show it',
      readDelimiter,
    )
    .option('--dry-run', 'only check the rows')
    .option('--events <on or off>', 'off: subscribers are not told, as at a first load', oneOf(['on', 'off']))
    .option('--from-line <number>', 'goes on where an import was cut off, which tells the number', wholeNumber(1))
    .addHelpText(
      'after',
      examples(
        'npx dci import --registry social examples/persons.csv',
        'npx dci import --registry crvs examples/births.ndjson --dry-run',
        'npx dci import --map examples/beneficiaries.map.yaml examples/beneficiaries.csv --refused refused.ndjson',
      ),
    )
    .action(
      action<ImportOptions>(async (terminal, options, file) => {
        const { importFile } = await import('./import.run.js');
        await importFile(terminal, options, file);
      }),
    );

function readEncoding(name: string): string {
  try {
    return new TextDecoder(name).encoding;
  } catch {
    throw new InvalidArgumentError('name one such as utf-8, windows-1252, iso-8859-15 or utf-16le.');
  }
}

function readDelimiter(given: string): string {
  const character = given === 'tab' || given === '\\t' ? '\t' : given;
  if (character.length === 1 && !/["\r\n]/.test(character)) return character;
  throw new InvalidArgumentError('give one character, or tab.');
}
