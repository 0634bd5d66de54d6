/** What the import of a file is asked and answers, whoever asks. */
import type { StoredImport } from '../../entities/queues/file-import.repository.js';
import type { FileProblem } from '../../sources/outside/source-file.js';
import type { RowFormat } from '../../sources/files/given-file.js';

/** What is said of a file. */
export interface FileImportInput {
  mapping?: string | undefined;
  registry?: string | undefined;
  recordType?: string | undefined;
  format?: RowFormat | undefined;
  encoding?: string | undefined;
  delimiter?: string | undefined;
  events: boolean;
  dryRun: boolean;
}

export interface FileImportView extends Omit<StoredImport, 'form' | 'startedRole'> {
  registry: string | null;
  recordType: string | null;
  format: string | null;
  isMapped: boolean;
  events: boolean;
  dryRun: boolean;
  /** Share of the bytes. */
  progress: number | null;
}

/** The first rows, as they would come in. */
export interface FilePreview {
  columns: string[];
  errors: FileProblem[];
  rows: PreviewedRow[];
  /** Mistakes of the file itself, as a column that is missing. */
  fault: string | null;
}

export interface PreviewedRow {
  line: number;
  cells: Record<string, unknown> | null;
  record: Record<string, unknown> | null;
  problem: string | null;
}
