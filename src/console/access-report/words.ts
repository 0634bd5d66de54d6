/** What was done, in the words of the message files: for whoever the record is about. */
export const DID = [
  'SEARCH',
  'BULK_SEARCH',
  'VERIFY',
  'BULK_VERIFY',
  'DISABLED',
  'DISABILITY_DETAILS',
  'DISABILITY_SUPPORT',
  'ENROLLED',
  'TXN_STATUS',
  'NOTIFICATION',
] as const;

/** By what a reading read (a test holds them against the API's), or by its action. */
export const READING_WORDS = {
  'Query.records': 'record',
  'Query.explainAccess': 'explain',
  'Query.accessReport': 'report',
  'Query.consents': 'consent',
  'Transaction.requestData': 'question',
  'Transaction.responseData': 'answer',
  'Delivery.message': 'message',
  'DeliveryAttempt.responseExcerpt': 'excerpt',
  'FileImportRow.cells': 'import',
  'FileImportRow.record': 'import',
  'Consent.identifier': 'consent',
  'Consent.evidence': 'consent',
  'EventSubscription.filter': 'subscription',
  'Mutation.deleteRecord': 'refused',
  'Mutation.upsertRecords': 'refused',
  exportRecords: 'export',
  exportAccessReport: 'reportFile',
  explainAccess: 'explain',
  accessReport: 'report',
} as const;

type Word = (typeof READING_WORDS)[keyof typeof READING_WORDS];

const isKnown = (name: string): name is keyof typeof READING_WORDS => Object.hasOwn(READING_WORDS, name);

/** Rows of earlier versions name no fields. */
export function wordsOf(action: string, fields: string[] | null): Word[] {
  const names = (fields ?? []).some(isKnown) ? (fields ?? []) : [action];
  return [...new Set(names.filter(isKnown).map((name) => READING_WORDS[name]))];
}
