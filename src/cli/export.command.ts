import { extname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import { createRegistries } from '../protocol/registries/registries.js';
import { EXPORT_FORMATS, type ExportFormat } from '../use-cases/exports/export.types.js';
import { action, examples, oneOf } from './action.js';
import { UsageError } from './failure.js';
import { privateStream } from './private-file.js';

interface Options {
  registry: string;
  recordType?: string;
  format?: ExportFormat;
  as?: string;
  purpose?: string;
  reason: string;
}

export const exportCommand = (): Command =>
  new Command('export')
    .description(
      'write the records of a registry into a file that only you may read; the audit keeps who did it, and why',
    )
    .argument('<file>', 'CSV or NDJSON')
    .requiredOption('--registry <name>', 'social, crvs, dr, fr, ibr, ess')
    .requiredOption('--reason <text>', 'why it is needed; it is recorded')
    .option('--record-type <name>', 'the default is the first of the registry')
    .option('--format <name>', 'csv or ndjson, where the name of the file does not say so', oneOf(EXPORT_FORMATS))
    .option('--as <sender>', 'only what the agreement of this sender releases')
    .option('--purpose <code>', 'of the sender, where its agreement or consents are for some purpose')
    .addHelpText(
      'after',
      examples(
        'npx dci export --registry social --reason "yearly backup for the archive" social.ndjson',
        'npx dci export --registry social --as ministry-of-health --reason "what they see" health.csv',
      ),
    )
    .action(
      action<Options>(async (terminal, { registry: name, format, ...options }, file) => {
        const registries = createRegistries();
        const { registry } = registries.byName(name) ?? registries.byPath(name) ?? noRegistry();
        const question = { ...options, registry, format: format ?? formatOf(file) };
        const { withLocalGateway } = await import('./local-gateway.js');
        const { exportRecords } = await import('../use-cases/exports/export-records.js');
        const counter = terminal.progress('records');
        let records = 0;
        await withLocalGateway(terminal, async ({ services, admin }) => {
          const pages = await exportRecords(services, admin, question);
          const texts = async function* () {
            for await (const { text, count } of pages) {
              counter.at((records = count));
              yield text;
            }
          };
          await pipeline(Readable.from(texts()), privateStream(file));
        }).finally(() => counter.end());
        terminal.result({ registry, format: question.format, records }, `${records} records written to ${file}.`);
      }),
    );

const noRegistry = (): never => {
  throw new UsageError('--registry: no such registry', 'use one of social, crvs, dr, fr, ibr, ess');
};

function formatOf(file: string): ExportFormat {
  const format = EXPORT_FORMATS.find((name) => extname(file).toLowerCase() === `.${name}`);
  if (format !== undefined) return format;
  throw new UsageError('the name of the file does not say what is to be in it', 'add --format csv or --format ndjson');
}
