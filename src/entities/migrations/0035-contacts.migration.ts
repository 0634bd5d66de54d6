import { Migration } from '@mikro-orm/migrations';

/** Where a record of a type has the contacts of its subject. */
const PLACES = [
  ['SOCIAL', 'SRPerson', '{}'],
  ['SOCIAL', 'Member', '{demographic_info}'],
  ['CRVS', 'Person', '{}'],
  ['DR', 'DisabledPerson', '{personal_details,demographic_info}'],
  ['FR', 'Farmer', '{farmer_personal_details,demographic_info}'],
  ['IBR', 'Beneficiary', '{member,demographic_info}'],
  ['IBR', 'Member', '{demographic_info}'],
];

/** Mobile numbers and addresses that identify somebody join the contacts, where searches look for them. */
export class Contacts0035 extends Migration {
  override up(): void {
    this.addSql(`
      create function with_contact(data jsonb, path text[], value text) returns jsonb language sql immutable as $$
        select case
          when cardinality(path) = 1 and coalesce(data -> path[1], '[]') @> to_jsonb(array[value]) then data
          when cardinality(path) = 1
            then data || jsonb_build_object(path[1], coalesce(data -> path[1], '[]') || to_jsonb(value))
          else data || jsonb_build_object(path[1], with_contact(coalesce(data -> path[1], '{}'), path[2:], value))
        end
      $$`);
    for (const [type, contact] of [
      ['MOBILE', 'phone_number'],
      ['EMAIL', 'email'],
    ])
      for (const [registry, recordType, above] of PLACES)
        this.addSql(`
          update registry_record r set data = with_contact(r.data, '${above}'::text[] || '${contact}'::text, i.value)
          from record_identifier i
          where i.record_id = r.id and i.type = '${type}' and r.registry = '${registry}'
            and r.record_type = '${recordType}'`);
    this.addSql(`drop function with_contact(jsonb, text[], text)`);
  }
}
