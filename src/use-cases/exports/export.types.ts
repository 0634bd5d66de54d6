/** What an export is asked, whoever asks. */
export const EXPORT_FORMATS = ['csv', 'ndjson'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportQuestion {
  registry: string;
  recordType?: string | undefined;
  format: ExportFormat;
  /** A sender: what its agreement releases for a search, and nothing else. Everything where left out. */
  as?: string | undefined;
  /** Code, where the sender's agreement or consents are for some purpose. */
  purpose?: string | undefined;
  /** Why it is needed; kept in the audit. */
  reason: string;
}

/** One record as it leaves. */
export interface ExportedRecord {
  id: string;
  externalId?: string | undefined;
  data: Record<string, unknown>;
}
