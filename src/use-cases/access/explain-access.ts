/** The access decision, told step by step for one sender and one person, by the very functions that every exit uses. */
import { decideGate, decideItem, maySearch, type Grant } from '../../access/decide-access.js';
import { consentsOf, isOfFormerHolder, type Consents } from '../../access/consent.js';
import type { Admin } from '../../access/principal.js';
import { release } from '../../access/release.js';
import { Agreement } from '../../entities/agreements/agreement.entity.js';
import { Consent } from '../../entities/agreements/consent.entity.js';
import { isRecorded } from '../../protocol/query/evaluate.js';
import { attributesOf } from '../../protocol/registries/attributes.js';
import type { RecordTypeDefinition, RegistryDefinition } from '../../protocol/registries/definition.js';
import { covers, expandFields } from '../../protocol/registries/records/fields.js';
import { identifyingTypes } from '../../protocol/registries/records/identifying.js';
import { isMemberPath, membersIn, type InnerPerson } from '../../protocol/registries/records/members.js';
import { identifiersOf, type RecordIdentifier } from '../../protocol/registries/records/normalize.js';
import { findRecordType } from '../../protocol/registries/registries.js';
import type { Operation, Registry } from '../../protocol/vocabulary.js';
import type { SourceRecord } from '../../sources/registry-source.js';
import { recordAdminAction } from '../admin-change.js';
import type { Services } from '../services.js';
import { conflict, invalid, notFound } from '../errors.js';
import { readKnownIdentifier } from '../records/identifier.input.js';
import { definitionOf } from '../records/records.js';
import { controllersFor, standingConsents } from './message-consents.js';
import type { AccessExplanation, AccessStep, FieldExplanation } from './access.types.js';

export interface AccessQuestion {
  senderId: string;
  registry: Registry;
  identifier: RecordIdentifier;
  purpose: string | null;
  operation: Operation;
  recordType: string | null;
}

/** @throws DomainError for an unknown sender, record type or identifier type */
export async function explainAccess(
  services: Services,
  admin: Admin,
  question: AccessQuestion,
): Promise<AccessExplanation> {
  const { senderId, registry, operation } = question;
  const definition = definitionOf(services, registry);
  const sender = await services.directory.bySenderId(senderId);
  if (sender === undefined) throw notFound('senderId', 'no such sender');
  const { recordType, record } = await findRecord(services, definition, question);
  await audit(services, admin, question, record);
  const purpose = question.purpose ?? undefined;
  const gate = decideGate({ sender, definition, operation, now: services.clock() });
  const item = gate.allowed ? decideItem(gate.agreements, definition, { recordType, purpose }) : undefined;
  const grant = item?.allowed ? item : undefined;
  const steps: AccessStep[] = [
    gate.allowed ? passed('ALLOWED', 'the sender may do this in this registry') : { passed: false, ...told(gate) },
    ...(item === undefined
      ? []
      : [item.allowed ? passed(item.reason, 'an agreement covers it') : { passed: false, ...told(item) }]),
  ];
  const released = grant && record && (await judgeRecord(services, grant, record, steps));
  return {
    senderId,
    registry,
    operation,
    recordType: recordType.name,
    ...(purpose === undefined ? {} : { purpose }),
    found: record !== undefined,
    steps,
    identifiable: grant?.identifiable ?? false,
    ...(grant && {
      agreement: (await services.database.em().findOne(Agreement, { id: grant.agreement.id })) ?? undefined,
    }),
    ...(released ?? NOTHING),
    consentControllers: grant === undefined ? [] : await controllersFor(services, { senderId, registry }),
    fields: explainFields(definition, recordType, record, grant, released?.own),
  };
}

const NOTHING = {
  released: false,
  consents: [],
  consentBy: [],
  messageConsents: [],
  membersReleased: 0,
  membersLeftOut: 0,
};

/** Row filter and consent for one record; adds their steps. */
async function judgeRecord(services: Services, grant: Grant, record: SourceRecord, steps: AccessStep[]) {
  const { database } = services;
  const inRows = grant.rowFilter === undefined || (await passesRowFilter(services, grant, record));
  if (grant.rowFilter !== undefined)
    steps.push(step(inRows, 'ROW_FILTER', 'the row filter of the agreement lets this record pass', 'keeps it out'));
  const consents = await consentsOf(database, grant, [record]);
  const own = consents.ofSubject(grant, record);
  const asked = grant.agreement.requiresConsent;
  if (asked) steps.push(await consentStep(services, grant, record, own.length > 0));
  const [left] = inRows ? await release(database, grant, [record]) : [];
  const members = membersIn(grant.definition, grant.recordType, record.data);
  const membersReleased =
    left === undefined ? 0 : members.filter((person) => !asked || isGiven(consents, person)).length;
  const shown = await standingConsents(services, grant.agreement.grantee.senderId, record.id);
  const rows = await database.em().find(Consent, { id: { $in: own.map(({ id }) => id) } });
  return {
    released: left !== undefined,
    consents: rows,
    consentBy: [
      ...(asked && own.length > 0 ? (['RECORD'] as const) : []),
      ...(shown.length > 0 ? (['MESSAGE'] as const) : []),
    ],
    messageConsents: shown,
    membersReleased,
    membersLeftOut: members.length - membersReleased,
    own: left === undefined ? undefined : asked ? own.flatMap(({ fields }) => fields) : ['*'],
  };
}

/** Said apart: whoever has the number now must be asked, and nobody would look for why a consent that is there counts no more. */
async function consentStep(
  { database }: Services,
  grant: Grant,
  record: SourceRecord,
  isConsented: boolean,
): Promise<AccessStep> {
  if (isConsented || !(await isOfFormerHolder(database, grant, record)))
    return step(isConsented, 'CONSENT', 'a consent in force fits sender and purpose', 'there is none');
  const explanation =
    'not so: it was given for another record, which had this number before: ask whoever has the number now, and record their consent';
  return { passed: false, reason: 'CONSENT_OF_ANOTHER', explanation };
}

const isGiven = (consents: Consents, person: InnerPerson): boolean => consents.ofInner(person).length > 0;

async function passesRowFilter({ source }: Services, grant: Grant, { data }: SourceRecord): Promise<boolean> {
  const { definition, recordType, rowFilter } = grant;
  const or = identifiersOf(definition, recordType.name, data).map((identifier) => ({ identifier }));
  const query = { definition, recordType: recordType.name, criteria: { or }, sort: [], page: { size: 1, number: 1 } };
  return (await source.search(rowFilter === undefined ? query : { ...query, rowFilter })).records.length > 0;
}

function explainFields(
  definition: RegistryDefinition,
  recordType: RecordTypeDefinition,
  record: SourceRecord | undefined,
  grant: Grant | undefined,
  consented: string[] | undefined,
): FieldExplanation[] {
  const consent = consented && expandFields(definition, recordType.name, consented);
  const reasonFor = (path: string): string => {
    if (grant === undefined || consent === undefined) return 'REFUSED';
    if (!covers(grant.clamp, path)) return 'NOT_IN_AGREEMENT';
    if (grant.agreement.requiresConsent && isMemberPath(recordType, path)) return 'OWN_CONSENT';
    return covers(consent, path) ? 'RELEASED' : 'NOT_CONSENTED';
  };
  return [...attributesOf(definition, recordType).keys()].map((path) => {
    const reason = reasonFor(path);
    return {
      path,
      recorded: record !== undefined && isRecorded(path, record.data),
      released: reason === 'RELEASED',
      searchable: grant !== undefined && maySearch(grant, path),
      reason,
    };
  });
}

async function findRecord(services: Services, definition: RegistryDefinition, question: AccessQuestion) {
  const identifier = readKnownIdentifier(definition, question.identifier, 'identifier');
  const named = question.recordType === null ? undefined : findRecordType(definition, question.recordType);
  if (question.recordType !== null && named === undefined)
    throw invalid('recordType', 'no record type of this registry');
  const { type } = identifier;
  const criteria = { identifier };
  const candidates = (named === undefined ? definition.recordTypes : [named]).filter((recordType) =>
    identifyingTypes(recordType).includes(type),
  );
  if (candidates.length === 0)
    throw invalid('identifier.type', `${type} is shared by several records: name one of them`);
  for (const recordType of candidates) {
    const query = { definition, recordType: recordType.name, criteria, sort: [], page: { size: 100, number: 1 } };
    const { records } = await services.source.search(query);
    const [record, other] = records.filter(({ data }) => identifyingTypes(recordType, data).includes(type));
    if (other !== undefined && recordType.severalPerSubject === undefined)
      throw conflict('identifier', 'several records hold it: npx dci repair merged-records');
    if (record !== undefined) return { recordType, record };
  }
  const [first] = candidates;
  if (first === undefined) throw invalid('registry', 'has no record types');
  return { recordType: first, record: undefined };
}

/** A read of personal data without values: who asked about whom is kept, under the record's id. */
function audit(
  services: Services,
  admin: Admin,
  question: AccessQuestion,
  record: SourceRecord | undefined,
): Promise<void> {
  const { senderId, registry, purpose, operation } = question;
  const change = {
    action: 'explainAccess',
    targetType: 'Record',
    targetId: record?.id ?? 'none',
    after: {
      senderId,
      registry,
      operation,
      ...(purpose === null ? {} : { purpose }),
      fields: ['Query.explainAccess'],
      about: record ? [record.id] : [],
    },
  };
  return services.database.transaction((unit) => recordAdminAction(unit, admin, change, services.clock()));
}

const passed = (reason: string, explanation: string): AccessStep => ({ passed: true, reason, explanation });
const told = ({ reason, explanation }: { reason: string; explanation: string }) => ({ reason, explanation });
const step = (holds: boolean, reason: string, yes: string, no: string): AccessStep => ({
  passed: holds,
  reason: holds ? reason : `NO_${reason}`,
  explanation: holds ? yes : `not so: ${no}`,
});
