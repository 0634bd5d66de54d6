/** A file wherever it lies: on a disk, on standard input, or staged in the database. */
export interface GivenFile {
  /** From its first byte. */
  bytes: () => AsyncIterable<Buffer>;
  /** Anywhere in it; of one that does not come in a single stream. */
  random?: () => Promise<RandomAccess>;
  /** How its bytes are read, where that is not what they look like. */
  form: FileForm;
}

export interface RandomAccess {
  size: number;
  slice: (from: number, to: number) => Promise<Buffer>;
}

export type RowFormat = (typeof ROW_FORMATS)[number];
export const ROW_FORMATS = ['csv', 'ndjson', 'parquet'] as const;

export interface FileForm {
  format: RowFormat;
  /** A name that TextDecoder knows. */
  encoding?: string | undefined;
  /** Between the cells of a CSV. */
  delimiter?: string | undefined;
}
