/** Claims about uploaded persons, part by part: yes or no for each; no record leaves. */
import { decideGate, decideItem, forbiddenBy, summarizeDecision, type Grant } from '../../access/decide-access.js';
import type { KnownSender } from '../../access/sender-directory.js';
import type { BulkRow } from '../../protocol/search/bulk.js';
import type { BulkVerifyAnswer, BulkVerifyItem } from '../../protocol/search/bulk.translate.js';
import { ProtocolError } from '../../protocol/errors.js';
import { judgedAt, type Call } from '../call.js';
import type { Services } from '../services.js';
import { definitionOf } from '../records/records.js';
import { verifyPersons } from '../verify/verify.js';
import { loadPart, settlePart } from './bulk-part.js';
import type { BulkInput } from './bulk.types.js';

interface Verifying {
  services: Services;
  sender: KnownSender;
  grant: Grant;
  now: Date;
  recordIds: string[];
  consentIds: string[];
}

/** @throws Forbidden when no agreement covers it */
export async function bulkVerify(
  services: Services,
  { sender, call }: { sender: KnownSender; call: Call },
  input: BulkInput,
): Promise<BulkVerifyAnswer> {
  const definition = definitionOf(services, input.registry);
  const gate = decideGate({ sender, definition, operation: 'BULK_VERIFY', now: judgedAt(services, call) });
  if (!gate.allowed) throw forbiddenBy(gate);
  const [recordType] = definition.recordTypes;
  if (recordType === undefined) throw new Error(`${definition.registry} has no record types`);
  const grant = decideItem(gate.agreements, definition, { recordType });
  if (!grant.allowed) throw forbiddenBy(grant);
  const part = await loadPart(services, call, input);
  const verifying: Verifying = {
    services,
    sender,
    grant,
    now: services.clock(),
    recordIds: [],
    consentIds: [],
  };
  const items = await answerRows(verifying, part.rows);
  const succeeded = items.length === 0 || items.some(({ status }) => status === 'SUCCEEDED');
  const status = succeeded ? 'SUCCEEDED' : 'REJECTED';
  const { transactionId } = input;
  const answer: BulkVerifyAnswer = { transactionId, correlationId: call.correlationId, status, items };
  await settlePart(services, call, input, part, {
    operation: 'BULK_VERIFY',
    registry: definition.registry,
    transactionId,
    status,
    statusReasonMessage: items.find(({ reasonMessage }) => reasonMessage !== undefined)?.reasonMessage,
    accessDecision: { ...summarizeDecision(grant), asked: claimedIn(part.rows) },
    recordIds: verifying.recordIds,
    consentIds: verifying.consentIds,
    recordCount: 0,
    result: answer,
  });
  return answer;
}

function claimedIn(rows: BulkRow[]): string[] {
  const names = new Set<string>();
  for (const row of rows) if ('claims' in row) for (const name of Object.keys(row.claims)) names.add(name);
  return [...names];
}

async function answerRows(
  { services, sender, grant, now, recordIds, consentIds }: Verifying,
  rows: BulkRow[],
): Promise<BulkVerifyItem[]> {
  const questions = rows.filter((row) => 'claims' in row);
  const verified = (await verifyPersons(services, sender, grant, questions, now)).values();
  const timestamp = now.toISOString();
  return rows.map((row): BulkVerifyItem => {
    const { referenceId } = row;
    const outcome = 'claims' in row ? verified.next().value : undefined;
    if (outcome === undefined || outcome instanceof ProtocolError) {
      const reasonMessage = outcome?.message ?? ('problem' in row ? row.problem : 'is not a claim');
      return { referenceId, timestamp, status: 'REJECTED', reasonMessage, found: false, verified: {} };
    }
    const { person } = outcome;
    if (person !== undefined) {
      recordIds.push(person.id);
      consentIds.push(...person.consentIds);
    }
    return { referenceId, timestamp, status: 'SUCCEEDED', found: person !== undefined, verified: outcome.verified };
  });
}
