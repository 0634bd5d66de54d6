/** A file wherever it lies: on a disk, on standard input, or staged in the database. */
export interface GivenFile {
  /** From its first byte. */
  bytes(): AsyncIterable<Buffer>;
  /** How its bytes are read, where that is not what they look like. */
  form: FileForm;
}

export type RowFormat = (typeof ROW_FORMATS)[number];
export const ROW_FORMATS = ['csv', 'ndjson'] as const;

export interface FileForm {
  format: RowFormat;
  /** A name that TextDecoder knows. */
  encoding?: string | undefined;
  /** Between the cells of a CSV. */
  delimiter?: string | undefined;
}
