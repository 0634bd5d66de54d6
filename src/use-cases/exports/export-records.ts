/** A registry as a file, for administrators: streamed, for a reason, and each page in the audit before it leaves. */
import type { Admin } from '../../access/principal.js';
import { ALL } from '../../protocol/registries/records/fields.js';
import { findRecordType } from '../../protocol/registries/registries.js';
import { recordAdminAction } from '../admin-change.js';
import { invalid } from '../errors.js';
import { oneOfTypes } from '../records/read-input.js';
import { definitionOf } from '../records/records.js';
import type { Services } from '../services.js';
import { columnsOf, csvLine } from './export-columns.js';
import type { ExportedRecord, ExportQuestion } from './export.types.js';
import { grantOf, partnerPages, wholePages, type Exported, type ExportedType } from './exported-pages.js';

export interface ExportedPage {
  text: string;
  /** Records up to its end. */
  count: number;
}

/** Refusals come before the first page. @throws DomainError */
export async function exportRecords(
  services: Services,
  admin: Admin,
  question: ExportQuestion,
): Promise<AsyncGenerator<ExportedPage>> {
  const { as, purpose, reason, format } = question;
  if (reason.trim() === '') throw invalid('reason', 'say why you need to see personal data; it is recorded');
  // Whoever states one means what a sender would get, and would be given everything.
  if (purpose !== undefined && as === undefined) throw invalid('purpose', 'is of a sender: name it too (as)');
  const definition = definitionOf(services, question.registry);
  const recordType = findRecordType(definition, question.recordType);
  if (recordType === undefined) throw invalid('recordType', `use ${oneOfTypes(definition)}`);
  const type = { definition, recordType };
  const read = as === undefined ? wholePages(services, type) : partnerPages(services, type, as, purpose);
  const clamp = as === undefined ? ALL : (await grantOf(services, type, as, purpose)).clamp;
  const writer = WRITERS[format](type, clamp);
  const first = await read();
  const told = (page: Exported, count: number): Promise<void> => tellPage(services, admin, question, type, page, count);
  return (async function* () {
    let count = 0;
    for (let page: Exported | undefined = first; page !== undefined;) {
      const from = count;
      count += page.records.length;
      await told(page, from);
      yield { text: `${page === first ? writer.head : ''}${page.records.map(writer.line).join('')}`, count };
      page = page.next === undefined ? undefined : await read(page.next);
    }
  })();
}

interface Writer {
  head: string;
  line: (record: ExportedRecord) => string;
}

const WRITERS: Record<
  ExportQuestion['format'],
  (type: ExportedType, clamp: Parameters<typeof columnsOf>[2]) => Writer
> = {
  csv: ({ definition, recordType }, clamp) => {
    const columns = columnsOf(definition, recordType, clamp);
    const head = csvLine(columns.map(({ name }) => name));
    return { head, line: (record) => csvLine(columns.map(({ cell }) => cell(record))) };
  },
  // As an import takes it back.
  ndjson: ({ recordType: { name: recordType } }) => ({
    head: '',
    line: ({ externalId, data }) =>
      `${JSON.stringify({ recordType, ...(externalId === undefined ? {} : { externalId }), data })}\n`,
  }),
};

/** It stands in the access report of each person, as any reading does. */
async function tellPage(
  { database, clock }: Services,
  admin: Admin,
  { as, purpose, reason, format }: ExportQuestion,
  { definition: { registry }, recordType }: ExportedType,
  { records, consentIds }: Exported,
  from: number,
): Promise<void> {
  const after = {
    fields: ['exportRecords'],
    recordType: recordType.name,
    format,
    ...(as === undefined ? {} : { as, purpose, consentIds }),
    from,
    about: records.map(({ id }) => id),
  };
  await database.transaction((unit) =>
    recordAdminAction(
      unit,
      admin,
      { action: 'exportRecords', targetType: 'Registry', targetId: registry, reason, after },
      clock(),
    ),
  );
}
