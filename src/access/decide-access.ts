/**
 * The one access decision, used by every exit: search, verify, callback, notification, bulk and GraphQL queries. It
 * says what may leave, and why; what it does not allow stays inside.
 */
import { scopesAllow } from './scopes.js';
import type { AgreementTerms, SenderProfile } from '../entities/senders/sender.repository.js';
import type { Criteria } from '../protocol/query/criteria.js';
import { Forbidden, ItemRejected } from '../protocol/errors.js';
import { findAttribute } from '../protocol/registries/attributes.js';
import type { RecordTypeDefinition, RegistryDefinition } from '../protocol/registries/definition.js';
import { covers, expandFields, type Clamp } from '../protocol/registries/records/fields.js';
import { parseQuery } from '../protocol/query/parse-query.js';
import { pathsOfType } from '../protocol/registries/records/identifying.js';
import { isMemberPath } from '../protocol/registries/records/members.js';
import type { Operation } from '../protocol/vocabulary.js';

export interface AccessQuestion {
  /** `scopes` are those of its access token, where it has any. */
  sender: SenderProfile & { scopes?: string[] };
  definition: RegistryDefinition;
  operation: Operation;
  now: Date;
}

export interface ItemQuestion {
  recordType: RecordTypeDefinition;
  /** Code of the purpose that the message states, if it does. */
  purpose?: string | undefined;
  /** A second one that it states. */
  beside?: string | undefined;
}

/** Why access was given or refused; stored on the transaction and shown by `explainAccess`. */
export type AccessReason =
  | 'AGREEMENT'
  | 'SENDER_NOT_ACTIVE'
  | 'OPERATION_NOT_ALLOWED'
  | 'REGISTRY_NOT_ALLOWED'
  | 'REGISTRY_LACKS_OPERATION'
  | 'SCOPE_NOT_GRANTED'
  | 'NO_AGREEMENT'
  | 'RECORD_TYPE_NOT_COVERED'
  | 'PURPOSE_NOT_COVERED';

export type Refusal = { allowed: false; reason: Exclude<AccessReason, 'AGREEMENT'>; explanation: string };

/** The agreements that cover sender, registry, operation and time. */
export type GateDecision = { allowed: true; agreements: AgreementTerms[] } | Refusal;

export interface Grant {
  allowed: true;
  reason: 'AGREEMENT';
  agreement: AgreementTerms;
  definition: RegistryDefinition;
  recordType: RecordTypeDefinition;
  purpose: string | undefined;
  /** A second purpose that the agreement covers too. */
  beside?: string | undefined;
  /** What may leave of a record. */
  clamp: Clamp;
  /** Whether a record may be looked up by its identifiers. */
  identifiable: boolean;
  /** Where it holds those. */
  lookUpPaths: string[];
  rowFilter: Criteria | undefined;
}

export type ItemDecision = Grant | Refusal;

/** First half: may this sender do this here at all? A refusal is `err.request.forbidden`. */
export function decideGate({ sender, definition, operation, now }: AccessQuestion): GateDecision {
  if (sender.state !== 'ACTIVE') return refuse('SENDER_NOT_ACTIVE', 'the sender is not active');
  if (!sender.allowedOperations.includes(operation))
    return refuse('OPERATION_NOT_ALLOWED', `the sender may not use ${operation}`);
  if (!sender.registries.includes(definition.registry))
    return refuse('REGISTRY_NOT_ALLOWED', `the sender may not use the registry ${definition.registry}`);
  if (!definition.operations.includes(operation))
    return refuse('REGISTRY_LACKS_OPERATION', `the registry ${definition.registry} does not offer ${operation}`);
  if (!scopesAllow(sender.scopes, { operation, definition }))
    return refuse('SCOPE_NOT_GRANTED', `the access token has no scope for ${operation} of ${definition.registry}`);
  const agreements = sender.agreements.filter(
    (terms) => terms.registry === definition.registry && terms.operations.includes(operation) && isInForce(terms, now),
  );
  if (agreements.length === 0)
    return refuse('NO_AGREEMENT', `no agreement in force covers ${operation} of the registry ${definition.registry}`);
  return { allowed: true, agreements };
}

/** Second half, per item: the newest agreement that covers record type and purpose decides alone. */
export function decideItem(
  agreements: AgreementTerms[],
  definition: RegistryDefinition,
  { recordType, purpose, beside }: ItemQuestion,
): ItemDecision {
  const forType = agreements.filter(
    (terms) => terms.recordTypes === null || terms.recordTypes.includes(recordType.name),
  );
  if (forType.length === 0)
    return refuse('RECORD_TYPE_NOT_COVERED', `no agreement covers the record type ${recordType.name}`);
  const agreement = forType.findLast(
    ({ purposes }) =>
      purposes === null ||
      (purpose !== undefined && [purpose, beside ?? purpose].every((stated) => purposes.includes(stated))),
  );
  if (agreement === undefined)
    return refuse(
      'PURPOSE_NOT_COVERED',
      'no agreement covers this purpose: name one of the agreement in authorize.purpose.code',
    );
  // A person's consent is for one purpose, and which of two it should be for is not guessed.
  if (beside !== undefined && agreement.requiresConsent)
    return refuse('PURPOSE_NOT_COVERED', 'consent.purpose.code: must be the same as authorize.purpose.code');
  const rowFilter = readRowFilter(agreement, definition, recordType);
  if (rowFilter === UNREADABLE)
    return refuse('RECORD_TYPE_NOT_COVERED', `the row filter of the agreement lets no ${recordType.name} through`);
  return { ...grant(agreement, definition, recordType, purpose, rowFilter), beside };
}

const UNREADABLE = Symbol('a row filter on what the record type does not have');

/** A filter that says nothing of a record type lets none of it through. */
function readRowFilter(
  { rowFilter }: AgreementTerms,
  definition: RegistryDefinition,
  recordType: RecordTypeDefinition,
): Criteria | undefined | typeof UNREADABLE {
  if (rowFilter === null) return undefined;
  try {
    return parseQuery('EXPRESSION', rowFilter, definition, recordType);
  } catch (error) {
    if (error instanceof ItemRejected) return UNREADABLE;
    throw error;
  }
}

/** Whether a criterion on this attribute is allowed: a filter on a field that may not be seen would be an oracle. */
export function maySearch({ agreement, definition, recordType, clamp }: Grant, path: string): boolean {
  if (!covers(clamp, path)) return false;
  // Consent is asked of the record's subject before a search, so nothing may be asked about the persons inside.
  if (agreement.requiresConsent && isMemberPath(recordType, path)) return false;
  const listed = agreement.searchableAttributes;
  if (listed === null || listed.includes('*')) return true;
  return listed.some((name) => {
    const canonical = findAttribute(definition, recordType, name)?.path ?? name;
    return path === canonical || path.startsWith(`${canonical}.`);
  });
}

/** Whether records may be looked up by identifiers of a type, which the agreement must cover where they are held. */
export const mayLookUp = ({ lookUpPaths, recordType }: Grant, type: string): boolean =>
  pathsOfType(recordType, type).some((path) => lookUpPaths.includes(path));

/** Of the identifiers at a path, what they are looked up by. */
export const valueOf = (identifierPath: string): string => `${identifierPath}.identifier_value`;

/** What a transaction keeps of a decision. */
export function summarizeDecision(decision: GateDecision | ItemDecision): Record<string, unknown> {
  if (!decision.allowed) return { allowed: false, reason: decision.reason, explanation: decision.explanation };
  if (!('agreement' in decision)) return { allowed: true, reason: 'AGREEMENT' };
  const { agreement, recordType, purpose, beside } = decision;
  return {
    allowed: true,
    reason: 'AGREEMENT',
    agreementId: agreement.id,
    agreementVersion: agreement.version,
    legalBasis: agreement.legalBasis,
    requiresConsent: agreement.requiresConsent,
    recordType: recordType.name,
    ...(purpose === undefined ? {} : { purpose }),
    ...(beside === undefined ? {} : { beside }),
    fields: agreement.fields,
  };
}

/** A refusal as it is thrown: the audit keeps its decision. */
export const forbiddenBy = (refused: Refusal): Forbidden =>
  new Forbidden(refused.explanation, { decision: summarizeDecision(refused) });

/** An agreement decides, and does not let this be asked. @param field what it would have to cover */
export function notCoveredBy(decided: Grant, field: string, explanation: string): Forbidden {
  const refused = { allowed: false, reason: 'FIELD_NOT_COVERED', field, explanation };
  return new Forbidden(explanation, { decision: { ...summarizeDecision(decided), ...refused } });
}

function grant(
  agreement: AgreementTerms,
  definition: RegistryDefinition,
  recordType: RecordTypeDefinition,
  purpose: string | undefined,
  rowFilter: Criteria | undefined,
): Grant {
  const clamp = expandFields(definition, recordType.name, agreement.fields);
  const lookUpPaths = recordType.identifierPaths.filter((path) => covers(clamp, valueOf(path)));
  return {
    allowed: true,
    reason: 'AGREEMENT',
    agreement,
    definition,
    recordType,
    purpose,
    clamp,
    identifiable: lookUpPaths.length > 0,
    lookUpPaths,
    rowFilter,
  };
}

function isInForce({ validFrom, validUntil }: AgreementTerms, now: Date): boolean {
  return new Date(validFrom) <= now && (validUntil === null || now < new Date(validUntil));
}

function refuse(reason: Refusal['reason'], explanation: string): Refusal {
  return { allowed: false, reason, explanation };
}
