/** Consents in force, by the persons who gave them or by their ids; what they mean for a record is the access layer's. */
import type { Sql } from '../entities/database/database.js';
import type { RecordIdentifier } from '../protocol/registries/records/normalize.js';
import { IN_FORCE } from './consent.sql.js';

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

const FIND = `
select c.id, c.identifier_type as type, c.identifier_value as value, c.fields
from unnest($2::text[], $3::text[]) as person (type, value)
join consent c on c.registry = $1 and c.identifier_type = person.type and c.identifier_value = person.value
where ${IN_FORCE} and (c.sender_id = $4 or c.organization_kind = $5) and (c.purposes is null or $6 = any (c.purposes))`;

export function findConsents(
  sql: Sql,
  registry: string,
  { senderId, organizationKind }: ConsentedTo,
  purpose: string | undefined,
  identifiers: RecordIdentifier[],
): Promise<GivenConsent[]> {
  const types = identifiers.map(({ type }) => type);
  const values = identifiers.map(({ value }) => value);
  const parameters = [registry, types, values, senderId, organizationKind, purpose ?? null];
  return sql.query<GivenConsent>(FIND, parameters, 'find-consents');
}

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
