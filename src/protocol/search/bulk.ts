/** Files of `upload/search` and `upload/verify` (contract, spec 3.9): rows of a CSV, or items of a JSON message. */
import { z } from 'zod';
import { readWire } from '../envelope/absent.js';
import { IDENTIFIER_VALUE, isBlankValue, readIdentifierValue } from '../registries/records/identifier-value.js';
import { describeProblem, transactionId } from '../envelope/envelope.schema.js';
import { searchRequestItem, type SearchRequest } from './search.schema.js';
import { strayConsent } from '../consent/stray-consent.js';
import { readSearchRequest, type SearchItem } from './search.translate.js';
import type { Registry } from '../vocabulary.js';

/** One row as it is kept until it is worked on; a bad one says what is wrong, and the others go on. */
export type BulkRow = { referenceId: string } & (
  | { search: SearchItem }
  | { identifiers: { type: string; value: string }[]; claims: Record<string, unknown> }
  | { problem: string }
);

export const BULK_ACTIONS = { BULK_SEARCH: 'search', BULK_VERIFY: 'verify' } as const;
export type BulkOperation = keyof typeof BULK_ACTIONS;

/** Of a JSON file: items as the standard has them, or identifiers as a CSV has them. */
export const bulkMessage = z.looseObject({
  transaction_id: transactionId,
  search_request: z.array(z.unknown()).optional(),
  identifiers: z.array(z.unknown()).optional(),
});
export type BulkMessage = z.infer<typeof bulkMessage>;

/** What is stored of an upload as its message; the rows stand elsewhere. */
export const storedUpload = z.looseObject({ transaction_id: transactionId, upload_id: z.uuid(), rows: z.int() });

const MAX_TEXT = 255;
const cell = z.union([z.string(), z.number(), z.boolean()]);
const text = z.string().min(1).max(MAX_TEXT);
const identifierRow = z.looseObject({
  reference_id: text.optional(),
  identifier_type: text,
  identifier_value: z.union([text, z.number()]),
});
const isText = (value: string | undefined): value is string =>
  value !== undefined && value !== '' && value.length <= MAX_TEXT;

/** Rows of a JSON file in their order. */
export function* readBulkMessage(
  message: BulkMessage,
  operation: BulkOperation,
  registry: Registry,
): Generator<BulkRow> {
  let line = 0;
  for (const item of message.search_request ?? []) yield readItem(item, ++line, operation, registry);
  for (const row of message.identifiers ?? []) yield readRow(row, ++line, operation);
}

function readItem(item: unknown, line: number, operation: BulkOperation, registry: Registry): BulkRow {
  const referenceId = `line-${line}`;
  if (operation !== 'BULK_SEARCH') return { referenceId, problem: `item ${line}: upload/verify takes identifiers` };
  const read = readWire(searchRequestItem, item);
  if (!read.success) return { referenceId, problem: `item ${line}: ${describeProblem(read.error, 'search_request')}` };
  const stray = strayConsent(item, `message.search_request.${line - 1}`);
  if (stray !== undefined) return { referenceId, problem: `item ${line}: ${stray}` };
  const request: SearchRequest = { transaction_id: '-', search_request: [read.data] };
  const [search] = readSearchRequest(request, registry).items;
  return search === undefined
    ? { referenceId, problem: `item ${line}: is empty` }
    : { referenceId: search.referenceId, search };
}

/** A row of identifier and claims, as an object of a JSON file or of a CSV's cells. */
export function readRow(row: unknown, line: number, operation: BulkOperation): BulkRow {
  const read = readWire(identifierRow, row);
  if (!read.success)
    return { referenceId: `line-${line}`, problem: `line ${line}: ${describeProblem(read.error, 'row')}` };
  const { reference_id: referenceId = `line-${line}`, identifier_type: type, identifier_value, ...rest } = read.data;
  const value = readIdentifierValue(identifier_value);
  if (value === undefined) return { referenceId, problem: `line ${line}: identifier_value: takes ${IDENTIFIER_VALUE}` };
  const claims = Object.entries(rest).filter(([, claim]) => claim !== null && !isBlankValue(claim));
  const [odd] = claims.find(([, claim]) => !cell.safeParse(claim).success) ?? [];
  if (odd !== undefined) return { referenceId, problem: `line ${line}: every claim is a text, a number or true/false` };
  if (operation === 'BULK_VERIFY')
    return {
      referenceId,
      identifiers: [{ type, value }],
      claims: Object.fromEntries(claims.map(([name, claim]) => [name, readClaim(name, claim)])),
    };
  if (claims.length > 0) return { referenceId, problem: `line ${line}: upload/search takes an identifier, no claims` };
  return { referenceId, search: { referenceId, queryType: 'IDTYPE_VALUE', query: { type, value } } };
}

/** Rows of a CSV, each a text for each name; those without a name are left out. What is wrong with one is told as of any other. */
export function tableReader(names: string[], operation: BulkOperation): (cells: string[], line: number) => BulkRow {
  // A column of the name that no object has as a member is read over.
  const named = names.flatMap((name, column) => (name === '' || name === '__proto__' ? [] : [{ name, column }]));
  const [ofReference, ofType, ofValue] = ['reference_id', 'identifier_type', 'identifier_value'].map((name) =>
    names.indexOf(name),
  ) as [number, number, number];
  const claimed = named.filter(({ column }) => ![ofReference, ofType, ofValue].includes(column));
  const isClaimed = (cells: string[]) => claimed.some(({ column }) => cells[column] !== '');
  return (cells, line) => {
    const [type, raw] = [cells[ofType], cells[ofValue]];
    const referenceId = ofReference < 0 ? `line-${line}` : cells[ofReference];
    const value = isText(raw) ? readIdentifierValue(raw) : undefined;
    const isPlain = isText(type) && value !== undefined && isText(referenceId);
    if (!isPlain || (operation === 'BULK_SEARCH' && isClaimed(cells)))
      return readRow(Object.fromEntries(named.map(({ name, column }) => [name, cells[column]])), line, operation);
    if (operation === 'BULK_SEARCH')
      return { referenceId, search: { referenceId, queryType: 'IDTYPE_VALUE', query: { type, value } } };
    const claims: Record<string, unknown> = {};
    for (const { name, column } of claimed) if (cells[column] !== '') claims[name] = readClaim(name, cells[column]);
    return { referenceId, identifiers: [{ type, value }], claims };
  };
}

/** The one claim that is no attribute, whose truth a CSV can only spell. */
const readClaim = (name: string, claim: unknown): unknown =>
  name === 'is_alive' && typeof claim === 'string' ? (TRUTH[claim.toLowerCase()] ?? claim) : claim;

const TRUTH: Record<string, boolean> = { true: true, yes: true, '1': true, false: false, no: false, '0': false };
