import { closeSync, openSync, writeSync } from 'node:fs';
import { extname } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { createRegistries, findRecordType } from '../protocol/registries/registries.js';
import type { RegistryDefinition } from '../protocol/registries/definition.js';
import { action, examples, oneOf, wholeNumber } from './action.js';
import { UsageError } from './failure.js';
import type { RowFormat } from './import.rows.js';
import type { FileMapping } from '../sources/outside/file-mapping.js';
import { readText } from './files.js';
import { readMapped, readMapping } from './import.map.js';
import type { ImportReport, RefusedRow } from './import.run.js';

const SHOWN = 20;

interface Options {
  registry?: string;
  map?: string;
  refused?: string;
  recordType?: string;
  format?: RowFormat;
  encoding?: string;
  delimiter?: string;
  dryRun?: boolean;
  fromLine?: number;
}

export const importCommand = (): Command =>
  new Command('import')
    .description(
      'write the records of a file; each change raises its event. Bad rows are reported, the rest is written',
    )
    .argument('<file>', 'NDJSON or CSV; - reads standard input')
    .option('--registry <name>', 'social, crvs, dr, fr, ibr, ess; --map says it itself')
    .option('--map <file>', 'YAML that says what the columns of the file mean, where they have names of their own')
    .option('--refused <file>', 'gets each refused row with its line and reason, as NDJSON that only you may read')
    .option('--record-type <name>', 'of rows that name none; the default is the first of the registry')
    .option('--format <name>', 'ndjson or csv, where the name of the file does not say so', oneOf(['ndjson', 'csv']))
    .option('--encoding <name>', 'of the file, such as windows-1252, where it is not UTF-8', readEncoding)
    .option(
      '--delimiter <character>',
      'between the cells of a CSV, where its first line does not show it',
      readDelimiter,
    )
    .option('--dry-run', 'only check the rows')
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
      action<Options>(async (terminal, { dryRun = false, ...options }, file) => {
        const { mapping, definition, recordType } = await meaningOf(options);
        const format = options.format ?? mapping?.file.format ?? formatOf(file);
        const { withLocalGateway } = await import('./local-gateway.js');
        const { importRows } = await import('./import.run.js');
        const counter = terminal.progress('rows');
        const { fromLine: from } = options;
        const form = {
          encoding: options.encoding ?? mapping?.file.encoding,
          delimiter: options.delimiter ?? mapping?.file.delimiter,
        };
        const refused = options.refused === undefined ? undefined : openRefused(options.refused);
        let last = 0;
        const given = {
          file,
          format,
          ...form,
          rows: mapping && readMapped(file, format, form, mapping, createRegistries()),
          refused: refused?.take,
          recordType,
          from,
          progress: (rows: number): void => counter.at(rows),
          written: (line: number): void => void (last = line),
        };
        const run = dryRun
          ? importRows(undefined, definition, given)
          : withLocalGateway(terminal, (gateway) => importRows(gateway, definition, given));
        const report = await run
          .catch((error: unknown) => {
            if (last > 0) terminal.note(`written up to line ${last}: go on with --from-line ${last + 1}`);
            throw error;
          })
          .finally(() => {
            counter.end();
            refused?.close();
          });
        if (report.refused > 0) terminal.exitCode = 1;
        for (const { line, message } of report.problems.slice(0, SHOWN)) terminal.note(`line ${line}: ${message}`);
        if (report.refused > SHOWN) terminal.note(`… and ${report.refused - SHOWN} more; --json lists 1000 of them`);
        terminal.result({ dryRun, ...report }, summary(report, dryRun));
      }),
    );

/** What the rows are: as the mapping says, else as the options do. */
async function meaningOf({ registry, recordType, map }: Options): Promise<Meaning> {
  if (map !== undefined) {
    if (registry !== undefined || recordType !== undefined)
      throw new UsageError('--map says registry and type itself', 'leave --registry and --record-type out');
    const mapping = readMapping(map, await readText(map), createRegistries());
    const definition = registryNamed(mapping.records[0]?.registry ?? '');
    return { mapping, definition, recordType: mapping.records[0]?.type ?? '' };
  }
  if (registry === undefined)
    throw new UsageError('--registry or --map is missing', 'add --registry social, or --map FILE');
  const definition = registryNamed(registry);
  return { definition, recordType: recordTypeNamed(definition, recordType) };
}

interface Meaning {
  mapping?: FileMapping;
  definition: RegistryDefinition;
  recordType: string;
}

/** Rows of persons: for the one who imports, and nobody else. */
function openRefused(file: string): { take: (row: RefusedRow) => void; close: () => void } {
  const descriptor = openSync(file, 'w', 0o600);
  return {
    take: (row) => void writeSync(descriptor, `${JSON.stringify(row)}\n`),
    close: () => closeSync(descriptor),
  };
}

function summary({ inserted, updated, unchanged, refused }: ImportReport, dryRun: boolean): string {
  if (dryRun) return refused === 0 ? 'Every row is good.' : `${refused} rows refused.`;
  return `${inserted} inserted, ${updated} updated, ${unchanged} unchanged, ${refused} refused.`;
}

function registryNamed(name: string): RegistryDefinition {
  const registries = createRegistries();
  const definition = registries.byName(name) ?? registries.byPath(name);
  if (definition !== undefined) return definition;
  throw new UsageError(
    '--registry: no such registry',
    `use one of ${registries.all.map(({ paths }) => paths[0]).join(', ')}`,
  );
}

function recordTypeNamed(definition: RegistryDefinition, name: string | undefined): string {
  const recordType = findRecordType(definition, name);
  if (recordType !== undefined) return recordType.name;
  const known = definition.recordTypes.map((type) => type.name).join(', ');
  throw new UsageError(`--record-type: ${definition.registry} has no such record type`, `use one of ${known}`);
}

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

function formatOf(file: string): RowFormat {
  const extension = extname(file).toLowerCase();
  if (extension === '.csv') return 'csv';
  if (['.ndjson', '.jsonl', '.json'].includes(extension)) return 'ndjson';
  throw new UsageError('the name of the file does not say what is in it', 'add --format ndjson or --format csv');
}
