/** Consents in force, by the persons who gave them or by their ids; what they mean for a record is the access layer's. */
import type { Sql } from '../entities/database/database.js';
import type { RecordIdentifier } from '../protocol/registries/records/normalize.js';
import { IN_FORCE, OF_A_FORMER_HOLDER } from './consent.sql.js';

/** A consent in force that fits sender and purpose. */
export interface GivenConsent extends RecordIdentifier {
  id: string;
  fields: string[];
}

/** To whom it must have been given; it names one of the two. */
export interface ConsentedTo {
  senderId: string;
  organizationKind: string | null;
}

const find = (standing: string): string => `
select c.id, c.identifier_type as type, c.identifier_value as value, c.fields
from unnest($2::text[], $3::text[]) as person (type, value)
join consent c on c.registry = $1 and c.identifier_type = person.type and c.identifier_value = person.value
where ${standing} and (c.sender_id = $4 or c.organization_kind = $5) and (c.purposes is null or $6 = any (c.purposes))`;

const FIND = find(IN_FORCE);
const FIND_FORMER = find(OF_A_FORMER_HOLDER);

type Asked = [registry: string, to: ConsentedTo, purpose: string | undefined, identifiers: RecordIdentifier[]];

export const findConsents = (sql: Sql, ...asked: Asked): Promise<GivenConsent[]> =>
  sql.query<GivenConsent>(FIND, parametersOf(asked), 'find-consents');

/** Those that would count, had their number not passed to another record. */
export const findFormerConsents = (sql: Sql, ...asked: Asked): Promise<GivenConsent[]> =>
  sql.query<GivenConsent>(FIND_FORMER, parametersOf(asked), 'find-former-consents');

const parametersOf = ([registry, { senderId, organizationKind }, purpose, identifiers]: Asked): unknown[] => [
  registry,
  identifiers.map(({ type }) => type),
  identifiers.map(({ value }) => value),
  senderId,
  organizationKind,
  purpose ?? null,
];

const IN_FORCE_NOW = `
select count(*)::int as standing from consent c
where c.id = any ($1::uuid[]) and ${IN_FORCE} and (c.sender_id = $2 or c.organization_kind = $3)`;

/** Whether consents that counted for a sender all count still. */
export async function areInForce(
  sql: Sql,
  ids: string[],
  { senderId, organizationKind }: ConsentedTo,
): Promise<boolean> {
  if (ids.length === 0) return true;
  const distinct = [...new Set(ids)];
  const parameters = [distinct, senderId, organizationKind];
  const [row] = await sql.query<{ standing: number }>(IN_FORCE_NOW, parameters, 'consents-in-force');
  return row?.standing === distinct.length;
}
