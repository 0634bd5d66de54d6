/** What a verified consent makes of a grant: only its person is found, and only what both let out leaves. */
import { attributesOf } from '../protocol/registries/attributes.js';
import type { Criteria } from '../protocol/query/criteria.js';
import { identifiersIn } from '../protocol/query/criteria-walk.js';
import { ConsentRefused } from '../protocol/consent/consent-refused.js';
import { both, covers, expandFields } from '../protocol/registries/records/fields.js';
import type { RecordIdentifier } from '../protocol/registries/records/normalize.js';
import { readIdentifierValue } from '../protocol/registries/records/identifier-value.js';
import { findIdentifierType } from '../protocol/registries/registries.js';
import type { Grant } from './decide-access.js';
import type { MessageConsent } from './message-consent.types.js';

/**
 * The consent stands for the registry's own record of it, so none is asked for; persons inside the record have not
 * consented and are left out.
 *
 * @throws ConsentRefused
 */
export function narrowToConsent(grant: Grant, { subject, scopes }: Pick<MessageConsent, 'subject' | 'scopes'>): Grant {
  const { definition, recordType } = grant;
  const inner = (path: string) => recordType.memberPaths.some((own) => path === own || path.startsWith(`${own}.`));
  const paths = [...attributesOf(definition, recordType).keys()].filter((path) => !inner(path));
  // `*` is no scope, and one that nobody knows gives nothing.
  const consented = expandFields(
    definition,
    recordType.name,
    scopes.filter((scope) => scope !== '*'),
  );
  const clamp = both(
    grant.clamp,
    expandFields(
      definition,
      recordType.name,
      paths.filter((path) => covers(consented, path) && covers(grant.clamp, path)),
    ),
  );
  if (clamp === 'ALL' || clamp.entries.length === 0)
    throw new ConsentRefused(
      'scope_exceeds_policy',
      `it covers nothing of ${recordType.name} that the agreement covers`,
    );
  subjectOf(grant, subject);
  return { ...grant, clamp, agreement: { ...grant.agreement, requiresConsent: false } };
}

/** The question, about the consent's person alone. @throws ConsentRefused */
export function askAboutSubject(
  grant: Grant,
  { subject }: Pick<MessageConsent, 'subject'>,
  criteria: Criteria,
): Criteria {
  const { type, value } = subjectOf(grant, subject);
  const named = identifiersIn(criteria).flatMap((one) => ('identifier' in one ? [one.identifier] : []));
  const alike = named.filter((one) => one.type === type);
  if (alike.length > 0 && alike.every((one) => one.value !== value))
    throw new ConsentRefused('subject_mismatch', 'the message asks about another person than it is of');
  return { and: [criteria, { identifier: { type, value } }] };
}

/** @throws ConsentRefused where two consents, or a consent and who vouches for it, are of two persons */
export function assertSameSubject(
  grant: Grant,
  one: MessageConsent['subject'],
  other: MessageConsent['subject'],
): void {
  const [a, b] = [subjectOf(grant, one), subjectOf(grant, other)];
  if (a.type !== b.type || a.value !== b.value)
    throw new ConsentRefused('subject_mismatch', 'the consent manager permits it for another person');
}

/** As records hold it. @throws ConsentRefused */
export function subjectOf({ definition, recordType }: Grant, subject: MessageConsent['subject']): RecordIdentifier {
  const type = findIdentifierType(definition, subject.type);
  if (type === undefined || !recordType.identifying.includes(type))
    throw new ConsentRefused('subject_not_allowed', 'subject_id.type must be one that names one person here');
  return { type, value: readIdentifierValue(subject.value) ?? subject.value };
}
