/**
 * The rows of a Parquet file, a row group at a time. Its columns have types: dates, times, numbers and decimals become the
 * text that the dictionary reads, digit by digit and never by way of a binary fraction.
 */
import {
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type FileMetaData,
  type ParquetParsers,
  type SchemaElement,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { FileFault } from './file-fault.js';
import type { GivenFile, RandomAccess } from './given-file.js';

export interface ParquetRow {
  /** Counts from 1. */
  line: number;
  /** Texts, lists and objects; what is null is left out. */
  values: Record<string, unknown>;
}

/** Unpacked; a group is decoded whole. */
const MOST_GROUP_BYTES = 1024 ** 3;
/** Digits that a binary fraction keeps. */
const EXACT_DIGITS = 15;

/** @param checked looks at the names of the columns first. @throws FileFault */
export async function* readParquetRows(
  { random }: GivenFile,
  checked: (columns: string[]) => void,
): AsyncGenerator<ParquetRow> {
  if (random === undefined) throw new FileFault('Parquet is not read from standard input', 'give the name of the file');
  const { metadata, columns } = await orFault('is no Parquet file', async () => headOf(await random()));
  checked([...columns.keys()]);
  let line = 0;
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows);
    if (Number(group.total_byte_size) > MOST_GROUP_BYTES)
      throw new FileFault(`has row groups of more than ${MOST_GROUP_BYTES} bytes`, 'write it with smaller ones');
    const read = await orFault(`cannot be decoded behind row ${line}`, async () => {
      const file = bufferOf(await random());
      return parquetReadObjects({ file, metadata, compressors, parsers: AS_TEXT, rowStart: line, rowEnd: line + rows });
    });
    for (const row of read) yield { line: (line += 1), values: valuesOf(row, columns) };
  }
}

type Column = (value: unknown) => unknown;

async function headOf(access: RandomAccess): Promise<{ metadata: FileMetaData; columns: Map<string, Column> }> {
  const metadata = await parquetMetadataAsync(bufferOf(access));
  const columns = new Map<string, Column>();
  const exact = new Set<SchemaElement>();
  for (const { element, children } of parquetSchema(metadata).children) {
    columns.set(element.name, readerOf(element));
    if (children.length === 0 && element.converted_type === 'DECIMAL' && element.type !== 'BYTE_ARRAY')
      exact.add(element);
  }
  // Their digits come as they are stored, and are scaled here.
  const schema = metadata.schema.map((element) => (exact.has(element) ? bare(element) : element));
  return { metadata: { ...metadata, schema }, columns };
}

const bare = ({ converted_type: _type, logical_type: _logical, ...element }: SchemaElement): SchemaElement => element;

function readerOf({
  name,
  type,
  converted_type: kind,
  logical_type: logical,
  scale = 0,
  precision = 0,
}: SchemaElement): Column {
  if (kind === 'DECIMAL') {
    if (type === 'BYTE_ARRAY' && precision > EXACT_DIGITS)
      throw new FileFault(
        `column ${name} has decimals of any length`,
        'write it as text, or as DECIMAL of fixed length',
      );
    return (value) => decimalText(value, scale);
  }
  // Without a zone, the mapping's counts.
  const isLocal = logical?.type === 'TIMESTAMP' && !logical.isAdjustedToUTC;
  return (value) => (isLocal && typeof value === 'string' ? value.replace(/Z$/, '') : plain(value));
}

/** Days and moments as ISO 8601 has them. */
const AS_TEXT = {
  dateFromDays: (days: number) => isoOf(days * 86_400_000)?.slice(0, 10),
  timestampFromMilliseconds: (at: bigint) => isoOf(Number(at)),
  timestampFromMicroseconds: (at: bigint) => isoOf(Number(at / 1000n)),
  timestampFromNanoseconds: (at: bigint) => isoOf(Number(at / 1_000_000n)),
} as unknown as Partial<ParquetParsers>;

/** A moment that no calendar has is told by its number, which the dictionary refuses. */
function isoOf(at: number): string | undefined {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString();
}

function decimalText(value: unknown, scale: number): unknown {
  const digits = unscaled(value);
  if (digits === undefined) return plain(value);
  const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0');
  const whole = text.slice(0, text.length - scale);
  const part = text.slice(text.length - scale).replace(/0+$/, '');
  return `${digits < 0n ? '-' : ''}${whole}${part === '' ? '' : `.${part}`}`;
}

function unscaled(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  if (!(value instanceof Uint8Array) || value.length === 0) return undefined;
  const hex = Buffer.from(value).toString('hex');
  return BigInt.asIntN(value.length * 8, BigInt(`0x${hex}`));
}

/** Of a list or an object, every member. */
function plain(value: unknown): unknown {
  if (value == null || (typeof value === 'number' && Number.isNaN(value))) return undefined;
  if (typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.map(plain).filter((member) => member !== undefined);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return typeof value === 'object'
    ? defined(Object.entries(value).map(([name, member]) => [name, plain(member)]))
    : value;
}

const valuesOf = (row: Record<string, unknown>, columns: Map<string, Column>): Record<string, unknown> =>
  defined([...columns].map(([name, read]) => [name, row[name] == null ? undefined : read(row[name])]));

const defined = (entries: [string, unknown][]): Record<string, unknown> =>
  Object.fromEntries(entries.filter(([, value]) => value !== undefined));

const bufferOf = ({
  size,
  slice,
}: RandomAccess): { byteLength: number; slice(from: number, to?: number): Promise<ArrayBuffer> } => ({
  byteLength: size,
  slice: async (from, to = size) => {
    const bytes = await slice(from < 0 ? size + from : from, to);
    return new Uint8Array(bytes).buffer;
  },
});

/** The library's own words may repeat what is in the file. */
async function orFault<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FileFault) throw error;
    throw new FileFault(`the file ${what}`, 'write it anew, with a usual compression, and without encryption');
  }
}
