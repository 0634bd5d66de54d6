/** Search of uploaded identifiers, part by part; a bad row is told of, and the others go on. */
import { decideGate, forbiddenBy } from '../../access/decide-access.js';
import type { AgreementTerms } from '../../entities/senders/sender.repository.js';
import type { KnownSender } from '../../access/sender-directory.js';
import type { BulkRow } from '../../protocol/search/bulk.js';
import type { SearchAnswer, SearchItem, SearchItemAnswer } from '../../protocol/search/search.translate.js';
import { judgedAt, type Call } from '../call.js';
import type { Services } from '../services.js';
import { definitionOf } from '../records/records.js';
import { AnswerRoom } from '../search/answer-room.js';
import { LOOK_UPS_AT_ONCE } from '../../sources/registry-source.js';
import { ABREAST } from '../../sources/source-router.js';
import { SearchItems } from '../search/search.js';
import { boundedSource, loadPart, settlePart } from './bulk-part.js';
import type { BulkInput } from './bulk.types.js';

/** @throws Forbidden when no agreement covers it */
export async function bulkSearch(
  services: Services,
  { sender, call }: { sender: KnownSender; call: Call },
  input: BulkInput,
): Promise<SearchAnswer> {
  const definition = definitionOf(services, input.registry);
  const gate = decideGate({ sender, definition, operation: 'BULK_SEARCH', now: judgedAt(services, call) });
  if (!gate.allowed) throw forbiddenBy(gate);
  const part = await loadPart(services, call, input);
  const searching = new SearchItems(boundedSource(services), definition, gate.agreements, {
    senderId: sender.senderId,
    room: new AnswerRoom(true),
  });
  const timestamp = services.clock().toISOString();
  const abreast = abreastOf(gate.agreements, part.rows);
  const items = await answerRows(part.rows, abreast, (row) => answerRow(searching, row, timestamp));
  const completedCount = items.filter(({ status }) => status === 'SUCCEEDED').length;
  const status = completedCount > 0 || items.length === 0 ? 'SUCCEEDED' : 'REJECTED';
  const { transactionId } = input;
  const answer: SearchAnswer = { transactionId, correlationId: call.correlationId, status, completedCount, items };
  await settlePart(services, call, input, part, {
    operation: 'BULK_SEARCH',
    registry: definition.registry,
    transactionId,
    status,
    statusReasonMessage: items.find(({ reasonMessage }) => reasonMessage !== undefined)?.reasonMessage,
    accessDecision: { items: distinct(searching.decisions) },
    recordIds: searching.recordIds,
    consentIds: searching.consentIds,
    recordCount: searching.recordIds.length,
    result: answer,
  });
  return answer;
}

/** Look-ups join each other; where consent decides, each reads it by itself once more. */
function abreastOf(agreements: AgreementTerms[], rows: BulkRow[]): number {
  if (rows.some((row) => 'search' in row && !isLookUp(row.search))) return ABREAST;
  return agreements.some(({ requiresConsent }) => requiresConsent) ? LOOK_UPS_AT_ONCE : rows.length;
}

const isLookUp = ({ queryType, consent }: SearchItem): boolean => queryType === 'IDTYPE_VALUE' && consent == null;

/** Answers in the order of the rows. */
async function answerRows<Answer>(
  rows: BulkRow[],
  abreast: number,
  answer: (row: BulkRow) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let from = 0; from < rows.length; from += abreast)
    answers.push(...(await Promise.all(rows.slice(from, from + abreast).map(answer))));
  return answers;
}

/** The same for every row that is searched in the same way; a hundred thousand of them say no more. */
const distinct = (decisions: Record<string, unknown>[]): Record<string, unknown>[] => [
  ...new Map(decisions.map((decision) => [JSON.stringify(decision), decision])).values(),
];

async function answerRow(searching: SearchItems, row: BulkRow, timestamp: string): Promise<SearchItemAnswer> {
  if ('search' in row) return searching.answer(row.search);
  return {
    referenceId: row.referenceId,
    timestamp,
    status: 'REJECTED',
    reasonCode: 'rjct.search_criteria.invalid',
    reasonMessage: 'problem' in row ? row.problem : 'is not a search',
    records: [],
  };
}
