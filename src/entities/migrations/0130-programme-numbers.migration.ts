import { Migration } from '@mikro-orm/migrations';

/** Numbers of programmes as other identifiers are: without blanks around them, with which they were found by nobody. */
export class ProgrammeNumbers0130 extends Migration {
  override up(): void {
    this.addSql(String.raw`
      update registry_record r
      set data = jsonb_set(r.data, '{programme_identifier}', (
        select jsonb_agg(case when jsonb_typeof(one -> 'programme_identifier') = 'string'
          then jsonb_set(one, '{programme_identifier}', to_jsonb(normal_identifier(one ->> 'programme_identifier')))
          else one end order by place)
        from jsonb_array_elements(r.data -> 'programme_identifier') with ordinality as list (one, place)))
      where r.registry = 'IBR' and jsonb_typeof(r.data -> 'programme_identifier') = 'array' and exists (
        select 1 from jsonb_path_query(r.data, '$.programme_identifier[*].programme_identifier ? (@.type() == "string")') as held (value)
        where held.value #>> '{}' <> normal_identifier(held.value #>> '{}'))`);
  }
}
