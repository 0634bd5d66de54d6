/** Consent as a condition on a record: who has given none is neither found nor counted (decision 0003). */
import type { ConsentScope } from './registry-source.js';
import { findRecordType } from '../protocol/registries/registries.js';
import type { Scope } from './criteria.sql.js';

/** One condition per attribute that is asked about, since several consents may cover them together. */
export function consentSql(consent: ConsentScope, scope: Scope): string {
  const given = (patterns?: string[]): string => consentExists(consent, scope, patterns);
  return consent.attributes.length === 0
    ? given()
    : consent.attributes.map((path) => given(coveringPaths(path))).join(' AND ');
}

/** What covers a path: the path, each branch above it, or everything. */
const coveringPaths = (path: string): string[] => [
  '*',
  ...path.split('.').map((_, index, segments) => segments.slice(0, index + 1).join('.')),
];

function consentExists(
  { senderId, organizationKind, purpose }: ConsentScope,
  scope: Scope,
  patterns?: string[],
): string {
  const { parameters, definition, tables } = scope;
  const fields = patterns === undefined ? '' : `AND c.fields && ${parameters.add(patterns)}::text[]`;
  return `EXISTS (SELECT 1 FROM record_identifier i
    JOIN consent c ON c.registry = i.registry AND c.identifier_type = i.type AND c.identifier_value = i.value
    WHERE i.record_id = ${tables.id()} AND c.registry = ${parameters.add(definition.registry)} AND ${IN_FORCE}
      AND ${identifyingSql(scope)}
      AND (c.sender_id = ${parameters.add(senderId)} OR c.organization_kind = ${parameters.add(organizationKind ?? '')})
      AND (c.purposes IS NULL OR ${parameters.add(purpose ?? '')} = ANY (c.purposes)) ${fields})`;
}

/** A consent under a number that others share is nobody's. */
function identifyingSql({ parameters, definition, recordType: name, tables }: Scope): string {
  const recordType = findRecordType(definition, name);
  if (recordType === undefined) return 'false';
  const { identifying, otherwise } = recordType;
  const isOne = (types: string[]): string => `i.type = ANY (${parameters.add(types)}::text[])`;
  if (otherwise === undefined) return isOne(identifying);
  const whole = `jsonb_exists(${tables.document()}, ${parameters.add(otherwise.unless)})`;
  return `CASE WHEN ${whole} THEN ${isOne(identifying)} ELSE ${isOne(otherwise.identifying)} END`;
}

/** By the database's clock, the same for every process. */
export const NOT_ENDED =
  'c.revoked_at IS NULL AND c.valid_from <= now() AND (c.valid_until IS NULL OR now() < c.valid_until)';

/** Of whoever has the number now, and not of somebody who had it before (decision 0003). */
export const IN_FORCE = `${NOT_ENDED} AND c.number_passed_at IS NULL`;

export const OF_A_FORMER_HOLDER = `${NOT_ENDED} AND c.number_passed_at IS NOT NULL`;
