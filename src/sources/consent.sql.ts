/** Consent as a condition on `registry_record r`: who has given none is neither found nor counted. */
import type { ConsentScope } from './registry-source.js';
import type { Parameters } from './parameters.js';

/** One condition per attribute that is asked about, since several consents may cover them together. */
export function consentSql(scope: ConsentScope, registry: string, parameters: Parameters): string {
  const given = (patterns?: string[]): string => consentExists(scope, registry, parameters, patterns);
  return scope.attributes.length === 0
    ? given()
    : scope.attributes.map((path) => given(coveringPaths(path))).join(' AND ');
}

/** What covers a path: the path, each branch above it, or everything. */
const coveringPaths = (path: string): string[] => [
  '*',
  ...path.split('.').map((_, index, segments) => segments.slice(0, index + 1).join('.')),
];

function consentExists(
  { senderId, organizationKind, purpose }: ConsentScope,
  registry: string,
  parameters: Parameters,
  patterns?: string[],
): string {
  const fields = patterns === undefined ? '' : `AND c.fields && ${parameters.add(patterns)}::text[]`;
  return `EXISTS (SELECT 1 FROM record_identifier i
    JOIN consent c ON c.registry = i.registry AND c.identifier_type = i.type AND c.identifier_value = i.value
    WHERE i.record_id = r.id AND c.registry = ${parameters.add(registry)} AND ${IN_FORCE}
      AND (c.sender_id = ${parameters.add(senderId)} OR c.organization_kind = ${parameters.add(organizationKind ?? '')})
      AND (c.purposes IS NULL OR ${parameters.add(purpose ?? '')} = ANY (c.purposes)) ${fields})`;
}

/** By the database's clock, the same for every process. */
export const IN_FORCE =
  'c.revoked_at IS NULL AND c.valid_from <= now() AND (c.valid_until IS NULL OR now() < c.valid_until)';
