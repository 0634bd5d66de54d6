/** Consent decided for records that a source gave: what `consent.sql.ts` is for our own tables. */
import type { Sql } from '../entities/database/database.js';
import { covers, expandFields } from '../protocol/registries/records/fields.js';
import { identifyingOf } from '../protocol/registries/records/identifying.js';
import { identifiersOf, type RecordIdentifier } from '../protocol/registries/records/normalize.js';
import { findRecordType } from '../protocol/registries/registries.js';
import { findConsents, isOf } from './given-consents.js';
import type { ConsentScope, RecordsOf, SourceRecord } from './registry-source.js';

const nameOf = ({ type, value }: RecordIdentifier): string => JSON.stringify([type, value]);

/** In their order. */
export async function consented(
  sql: Sql,
  { definition, recordType: name }: RecordsOf,
  consent: ConsentScope,
  records: SourceRecord[],
): Promise<SourceRecord[]> {
  const recordType = findRecordType(definition, name);
  if (recordType === undefined || records.length === 0) return [];
  // A consent under a number that others share is nobody's.
  const subjects = records.map(({ id, data }) => ({
    recordId: id,
    names: identifyingOf(recordType, { identifiers: identifiersOf(definition, name, data), data }),
  }));
  const question = { definition, recordType, to: consent, purpose: consent.purpose };
  const given = await findConsents(sql, question, subjects);
  const byPerson = Map.groupBy(given, nameOf);
  return records.filter(({ id }, index) => {
    const numbered = (subjects[index]?.names ?? []).flatMap((one) => byPerson.get(nameOf(one)) ?? []);
    const own = numbered.filter((one) => isOf(one, id));
    const fields = expandFields(
      definition,
      name,
      own.flatMap((one) => one.fields),
    );
    return own.length > 0 && consent.attributes.every((path) => covers(fields, path));
  });
}
