/** Reading a source's file: every mistake at once, each with its line and column. */
import { isMap, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import type { Registries } from '../../protocol/registries/registries.js';
import type { Finding, Place } from './finding.js';
import { checkAgainstDictionary } from './source-file.check.js';
import { sourceFile, type SourceFile } from './source-file.schema.js';
import { withStoredTypes } from './stored-types.js';

export interface FileProblem {
  line: number;
  column: number;
  message: string;
}

export interface ReadFile<File = SourceFile> {
  /** Where there are no errors. */
  file?: File;
  errors: FileProblem[];
  warnings: FileProblem[];
}

const MOST_BYTES = 1_048_576;

export function readSourceFile(yaml: string, registries: Registries): ReadFile {
  const read = readForm(yaml, sourceFile, (file) => checkAgainstDictionary(file, registries));
  return read.file === undefined ? read : { ...read, file: withStoredTypes(read.file, registries) };
}

/** A file of some form, and what its check says of it. */
export function readForm<File>(
  yaml: string,
  form: z.ZodType<File>,
  check: (file: File) => { errors: Finding[]; warnings: Finding[] },
): ReadFile<File> {
  if (yaml.length > MOST_BYTES)
    return { errors: [{ line: 1, column: 1, message: 'the file is larger than 1 MB' }], warnings: [] };
  const lines = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: lines, prettyErrors: false });
  const placed = (finding: Finding): FileProblem => problemOf(document, lines, finding);
  if (document.errors.length > 0)
    return {
      errors: document.errors.map(({ pos: [offset], message }) => problemAt(lines, offset, message)),
      warnings: [],
    };
  const read = form.safeParse(plain(document));
  if (!read.success) return { errors: read.error.issues.flatMap(findingsOf).map(placed), warnings: [] };
  const { errors, warnings } = check(read.data);
  return {
    ...(errors.length === 0 ? { file: read.data } : {}),
    errors: errors.map(placed),
    warnings: warnings.map(placed),
  };
}

/** Findings about a file that was read, where they stand in it. */
export function placeFindings(yaml: string, findings: Finding[]): FileProblem[] {
  const lines = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: lines, prettyErrors: false });
  return findings.map((finding) => problemOf(document, lines, finding));
}

function problemOf(document: Document.Parsed, lines: LineCounter, { place, message }: Finding): FileProblem {
  return problemAt(lines, offsetOf(document, place), `${nameOf(place)}${message}`);
}

function problemAt(lines: LineCounter, offset: number, message: string): FileProblem {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1), message };
}

/** Aliases that grow beyond measure are refused by the reader. */
function plain(document: Document.Parsed): unknown {
  try {
    return document.toJS();
  } catch {
    return undefined;
  }
}

/** What a union wanted is told by its own message; what went wrong inside one of its forms is told where only one fits. */
function findingsOf(issue: z.core.$ZodIssue): Finding[] {
  const place = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ place: [...place, key], message: 'is no member of this form' }));
  if (issue.code === 'invalid_union') {
    const deeper = issue.errors.flat().filter(({ path, code }) => path.length > 0 || code === 'unrecognized_keys');
    if (deeper.length > 0)
      return deeper.flatMap((inner) => findingsOf({ ...inner, path: [...issue.path, ...inner.path] }));
  }
  const missing = issue.code === 'invalid_type' && issue.input === undefined && issue.message.endsWith('undefined');
  return [{ place, message: missing ? 'is missing' : issue.message }];
}

const nameOf = (place: Place): string => (place.length === 0 ? '' : `${place.join('.')}: `);

/** Of the member itself, else of the nearest one above it that the file has. */
function offsetOf(document: Document.Parsed, place: Place): number {
  for (let used = place.length; used > 0; used--) {
    const parent: unknown = used === 1 ? document.contents : document.getIn(place.slice(0, used - 1), true);
    const name = place[used - 1];
    const pair = isMap(parent)
      ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === name)
      : undefined;
    const node = pair?.key ?? (typeof name === 'number' ? document.getIn(place.slice(0, used), true) : undefined);
    const range: unknown = Object(node).range;
    if (Array.isArray(range) && typeof range[0] === 'number') return range[0];
  }
  return 0;
}
