/** CSV as spreadsheets and other programs write it: with or without a mark of its encoding, with `,`, `;` or tabs, any line ends. */
import { pipeline, Readable } from 'node:stream';
import { parse, type CsvError, type Info } from 'csv-parse';

export interface CsvOptions {
  /** A name that TextDecoder knows; by default UTF-8, or UTF-16 where the file is marked so. */
  encoding?: string | undefined;
  /** By default whichever of `,`, `;` and tab the first line has most of. */
  delimiter?: string | undefined;
  maxRecordCharacters?: number;
  /** Where given, rows that are no CSV are told here and left out, and not thrown as CsvError. */
  onSkip?: (error?: CsvError) => undefined;
}

export interface CsvRow {
  line: number;
  cells: string[];
}

/** What TextDecoder puts in the place of bytes that are no text in the encoding. */
const LOST = '\uFFFD';
export const NOT_UTF8 = 'is not text in UTF-8';

const QUOTE = '"';
const LINE_END = '\n';
/** A longer line is left to the parser, as is a limit of bytes: none of a character takes more than three. */
const MAX_PLAIN_LINE = 65_536;
const BYTES_OF_CHARACTER = 3;

/** Rows as they come, some at a time, the names of the columns first. @throws CsvError */
export async function* readCsvRows(content: AsyncIterable<Buffer>, options: CsvOptions): AsyncGenerator<CsvRow[]> {
  const { encoding, maxRecordCharacters: most = Infinity } = options;
  const text = decodeText(content, encoding);
  const head = await readHead(text);
  const delimiter = options.delimiter ?? delimiterOf(head);
  const longest = Math.min(MAX_PLAIN_LINE, most / BYTES_OF_CHARACTER);
  let [line, rest] = [1, ''];
  for (let piece = head; ;) {
    const plain = cutLines(rest + piece, longest);
    // As many line ends before it, so that its lines are counted on.
    if (plain === undefined)
      return yield* parsedRows(behind(LINE_END.repeat(line - 1) + rest + piece, text), delimiter, options);
    yield* orReturn(text, rowsOf(plain.lines, line, delimiter));
    line += plain.lines.length;
    rest = plain.rest;
    const next = await text.next();
    if (next.done === true) return yield rowsOf(linesOf(rest), line, delimiter);
    piece = next.value;
  }
}

/** Whole lines, and what stands behind them. Undefined for what the parser has to read: without quotes a line is a row, its cells stand between delimiters. */
function cutLines(text: string, longest: number): { lines: string[]; rest: string } | undefined {
  // A CR at the end may be half of a line end.
  const end = Math.max(text.lastIndexOf(LINE_END), text.slice(0, -1).lastIndexOf('\r')) + 1;
  const rest = text.slice(end);
  const lines = linesOf(text.slice(0, end));
  // What the split finds behind the last line end.
  lines.pop();
  const isPlain = [...lines, rest].every(({ length }) => length <= longest) && !text.includes(QUOTE);
  return isPlain ? { lines, rest } : undefined;
}

const linesOf = (text: string): string[] => text.split(text.includes('\r') ? /\r\n|\n|\r/ : LINE_END);

const rowsOf = (lines: string[], first: number, delimiter: string): CsvRow[] =>
  lines.flatMap((text, index) => (text === '' ? [] : [{ line: first + index, cells: trimmed(text.split(delimiter)) }]));

const trimmed = (cells: string[]): string[] => cells.map((cell) => cell.trim());

/** As the standard of CSV has it; empty lines are counted, and are no rows. */
async function* parsedRows(
  text: AsyncIterable<string>,
  delimiter: string,
  { maxRecordCharacters = 0, onSkip }: CsvOptions,
): AsyncGenerator<CsvRow[]> {
  const parser = parse({
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    info: true,
    skip_empty_lines: true,
    relax_column_count: true,
    max_record_size: maxRecordCharacters,
    ...(onSkip && { on_skip: onSkip, skip_records_with_error: true }),
  });
  // What fails in the file ends the parser, and is thrown by reading it.
  pipeline(Readable.from(text), parser, () => {});
  for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>)
    yield [{ line: info.lines, cells: trimmed(record) }];
}

/** The text of a file, without the mark of its encoding; bytes that are no text become U+FFFD (`isLost`). */
export async function* decodeText(content: AsyncIterable<Buffer>, encoding?: string): AsyncGenerator<string> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  for await (const chunk of content) {
    decoder ??= new TextDecoder(encoding ?? markedEncoding(chunk));
    yield decoder.decode(chunk, { stream: true });
  }
  if (decoder !== undefined) yield decoder.decode();
}

export const isLost = (text: string): boolean => text.includes(LOST);

/** What is wrong with a row beside the columns that are named, if anything: nameless ones may stand there, but empty. */
export function misfitOf(names: string[], cells: string[]): string | undefined {
  if (cells.some(isLost)) return NOT_UTF8;
  const named = names.findLastIndex((name) => name !== '') + 1;
  const nameless = cells.findIndex((cell, index) => cell !== '' && (names[index] ?? '') === '');
  if (nameless >= 0 && nameless < names.length)
    return `column ${nameless + 1} has no name in the first line, but a value`;
  if (nameless >= 0 || cells.length < named) return `has ${cells.length} cells where the header has ${names.length}`;
  return undefined;
}

/** Of a character outside quotes. */
export function delimiterOf(head: string): string {
  const [line = ''] = head.replaceAll(/"[^"]*"/g, '').split(/[\r\n]/);
  const count = (delimiter: string): number => line.split(delimiter).length;
  return [',', ';', '\t'].reduce((best, other) => (count(other) > count(best) ? other : best));
}

const markedEncoding = (start: Buffer): string =>
  start[0] === 0xff && start[1] === 0xfe ? 'utf-16le' : start[0] === 0xfe && start[1] === 0xff ? 'utf-16be' : 'utf-8';

const MAX_HEAD = 65_536;

/** Enough of the text to know its first line. */
async function readHead(text: AsyncIterator<string>): Promise<string> {
  let head = '';
  while (!/[^\r\n][\r\n]/.test(head) && head.length < MAX_HEAD) {
    const next = await text.next();
    if (next.done === true) break;
    head += next.value;
  }
  return head;
}

/** Who stops reading here ends what is read from. */
async function* orReturn<T>(source: AsyncGenerator, value: T): AsyncGenerator<T> {
  let goesOn = false;
  try {
    yield value;
    goesOn = true;
  } finally {
    if (!goesOn) await source.return(undefined);
  }
}

async function* behind(head: string, text: AsyncIterable<string>): AsyncGenerator<string> {
  yield head;
  yield* text;
}
