/** An access report as a file, a row for each disclosure and each reading: for the person, or whoever answers them. */
import type { Admin } from '../../access/principal.js';
import { csvLine } from '../exports/export-columns.js';
import type { Services } from '../services.js';
import { makeReport, type ReportQuestion } from './access-report.js';
import type { AccessReport, Disclosure, PersonReading } from './access.types.js';

export const REPORT_FORMATS = ['csv', 'json'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** Of disclosures, and of readings; beyond it the report says that it is not complete. */
const MOST = 10_000;

/** The file is a reading of its own, on record before it leaves. @throws DomainError */
export async function reportFile(
  services: Services,
  admin: Admin,
  question: Omit<ReportQuestion, 'first'> & { format: ReportFormat },
): Promise<string> {
  const report = await makeReport(services, admin, { ...question, first: MOST }, 'exportAccessReport');
  if (question.format === 'csv') return csvOf(report);
  const { identifier, reason } = question;
  return `${JSON.stringify({ person: identifier, madeBy: admin.subject, reason, ...report }, null, 2)}\n`;
}

interface Row {
  was: 'DISCLOSURE' | 'READING';
  told?: Disclosure;
  read?: PersonReading;
}

const COLUMNS: Record<string, (row: Row) => string | undefined | null> = {
  was: ({ was }) => was,
  at: ({ told, read }) => (told ?? read)?.at.toISOString(),
  id: ({ told, read }) => (told ?? read)?.id,
  who: ({ told, read }) => told?.senderId ?? read?.actor,
  name: ({ told }) => told?.senderName,
  role: ({ read }) => read?.role,
  how: ({ told, read }) => told?.kind ?? read?.action,
  registry: ({ told }) => told?.registry,
  inside_another_record: ({ told, read }) => String((told ?? read)?.inside),
  legal_basis: ({ told }) => told?.legalBasis,
  consent_by: ({ told }) => told?.consentBy.join(' '),
  purpose: ({ told }) => told?.purpose,
  agreement: ({ told }) => told?.agreementId,
  agreement_version: ({ told }) => told?.agreementVersion?.toString(),
  fields: ({ told, read }) => (told ?? read)?.fields?.join(' '),
  questions: ({ told }) => told?.questions?.map(({ attribute, answer }) => `${attribute}: ${answer}`).join('; '),
  reason: ({ read }) => read?.reason,
};

function csvOf({ disclosures, readings, notAsked, complete }: AccessReport): string {
  const rows: Row[] = [
    ...disclosures.map((told): Row => ({ was: 'DISCLOSURE', told })),
    ...readings.map((read): Row => ({ was: 'READING', read })),
  ];
  const lines = rows.map((row) => csvLine(Object.values(COLUMNS).map((cell) => cell(row) ?? '')));
  // A table has no other place for it.
  const more = complete ? [] : [csvLine(['NOT COMPLETE'])];
  const away = notAsked.length === 0 ? [] : [csvLine(['NOT ASKED', ...notAsked])];
  return [csvLine(Object.keys(COLUMNS)), ...lines, ...away, ...more].join('');
}
