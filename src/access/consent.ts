/**
 * Consent of persons, always read afresh: one that was revoked a moment ago is obeyed. What a person consented to narrows
 * what the agreement allows; who has given none is left out, also inside somebody else's record.
 */
import type { Sql } from '../entities/database/database.js';
import type { RecordTypeDefinition, RegistryDefinition } from '../protocol/registries/definition.js';
import { clampRecord, covers, expandClassFields, expandFields } from '../protocol/registries/records/fields.js';
import { identifyingInside, identifyingOf } from '../protocol/registries/records/identifying.js';
import { fieldsWithin, mapMembers, membersIn, type InnerPerson } from '../protocol/registries/records/members.js';
import { identifiersOf, type RecordIdentifier } from '../protocol/registries/records/normalize.js';
import {
  findConsents,
  findFormerConsents,
  isOf,
  type ConsentQuestion,
  type GivenConsent,
} from '../sources/given-consents.js';
import type { ConsentScope, SourceRecord } from '../sources/registry-source.js';
import type { Grant } from './decide-access.js';

/** What a search must add to its question; undefined where the agreement asks for no consent. */
export function consentScope({ agreement, purpose }: Grant, attributes: string[]): ConsentScope | undefined {
  const { senderId, organizationKind } = agreement.grantee;
  return agreement.requiresConsent ? { senderId, organizationKind, purpose, attributes } : undefined;
}

/**
 * Records, in their order, narrowed to what their subjects, and the persons inside them, consented to; undefined without
 * consent.
 *
 * @param about canonical paths that must be covered as well, or the record is left out
 */
export async function applyConsent(
  sql: Sql,
  grant: Grant,
  records: SourceRecord[],
  about: string[],
): Promise<((SourceRecord & Consented) | undefined)[]> {
  const consents = await consentsOf(sql, grant, records);
  return records.map((record) => {
    const part = consentedPart(grant, record, consents, about);
    return part && { ...record, ...part };
  });
}

interface Consented {
  data: Record<string, unknown>;
  /** What lets it out. */
  consentIds: string[];
}

/** Consents in force of the subjects of records and of everybody inside them, by identifier. */
export async function consentsOf(sql: Sql, grant: Grant, records: SourceRecord[]): Promise<Consents> {
  const { definition, recordType } = grant;
  const subjects = records.map(({ id, data }) => ({ recordId: id, names: subjectOf(definition, recordType, data) }));
  const inside = records.flatMap(({ data }) =>
    membersIn(definition, recordType, data).flatMap((person) => identifyingInside(person.identifiers)),
  );
  return new Consents(await findConsents(sql, questionOf(grant), subjects, inside));
}

const questionOf = ({ definition, recordType, agreement, purpose }: Grant): ConsentQuestion => ({
  definition,
  recordType,
  to: agreement.grantee,
  purpose,
});

/** Whether a consent under a number of its subject would count, had it not been given for who had the number before. */
export async function isOfFormerHolder(sql: Sql, grant: Grant, { data }: SourceRecord): Promise<boolean> {
  const subject = subjectOf(grant.definition, grant.recordType, data);
  return (await findFormerConsents(sql, questionOf(grant), subject)).length > 0;
}

/** Who the record is about. A consent under a number that others share is nobody's. */
const subjectOf = (
  definition: RegistryDefinition,
  recordType: RecordTypeDefinition,
  data: Record<string, unknown>,
): RecordIdentifier[] =>
  identifyingOf(recordType, { identifiers: identifiersOf(definition, recordType.name, data), data });

export class Consents {
  readonly #fields: Map<string, GivenConsent[]>;

  constructor(given: GivenConsent[]) {
    this.#fields = Map.groupBy(given, ({ type, value }) => JSON.stringify([type, value]));
  }

  /** Of the subject of a record, under any identifier that says who it is. */
  ofSubject({ definition, recordType }: Grant, { id, data }: Pick<SourceRecord, 'id' | 'data'>): GivenConsent[] {
    return this.#of(subjectOf(definition, recordType, data)).filter((one) => isOf(one, id));
  }

  /** Of a person inside a record. */
  ofInner({ identifiers }: Pick<InnerPerson, 'identifiers'>): GivenConsent[] {
    return this.#of(identifyingInside(identifiers)).filter(({ passed }) => !passed);
  }

  #of(identifiers: RecordIdentifier[]): GivenConsent[] {
    return identifiers.flatMap(({ type, value }) => this.#fields.get(JSON.stringify([type, value])) ?? []);
  }
}

function consentedPart(grant: Grant, record: SourceRecord, consents: Consents, about: string[]): Consented | undefined {
  const { definition, recordType } = grant;
  const { data } = record;
  const subject = consents.ofSubject(grant, record);
  if (subject.length === 0) return undefined;
  const own = subject.flatMap((consent) => consent.fields);
  const used = [...subject];
  const clamp = expandFields(definition, recordType.name, own);
  if (!about.every((path) => covers(clamp, path))) return undefined;
  const withMembers = mapMembers(definition, recordType, data, (person) => {
    const given = consents.ofInner(person);
    used.push(...given);
    return given.length === 0 ? undefined : narrowPerson(definition, person, given);
  });
  // The subject's consent does not decide about persons inside: theirs has narrowed them already.
  const whole = expandFields(definition, recordType.name, [...own, ...recordType.memberPaths]);
  return { data: clampRecord(whole, withMembers), consentIds: used.map(({ id }) => id) };
}

function narrowPerson(definition: RegistryDefinition, { className, data }: InnerPerson, given: GivenConsent[]) {
  const fields = fieldsWithin(
    className,
    given.flatMap((consent) => consent.fields),
  );
  return clampRecord(expandClassFields(definition, className, fields), data);
}
