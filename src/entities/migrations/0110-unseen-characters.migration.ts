import { SPACES, Text0032 } from './0032-text.migration.js';

/** What Unicode calls default ignorable: characters without width or mark. */
const UNSEEN = String.raw`[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]`;

/** Identifiers without the characters that nobody sees, which come with copied text: one that had some was never found. */
export class UnseenCharacters0110 extends Text0032 {
  override up(): void {
    this.addSql('drop index record_identifier_odd');
    this.addSql(`
      create or replace function normal_identifier(value text) returns text language sql immutable strict parallel safe
        as $$ select btrim(normalize(regexp_replace(value, '${UNSEEN}', '', 'g'), NFC), ${SPACES}) $$`);
    // Of the earlier rewriting, where both run in one transaction.
    this.addSql('drop table if exists pg_temp.odd_identifier');
    this.addSql('drop function if exists pg_temp.normal_texts');
    this.rewrite();
    this.inside();
  }

  /** Of persons inside a record, who have no rows of their own. */
  private inside(): void {
    this.addSql(`
      update registry_record r
      set data = pg_temp.normal_texts(r.data, exists (select 1 from odd_identifier i where i.record_id = r.id and i.stays))
      where exists (
        select 1 from jsonb_path_query(r.data, '$.**.identifier_value ? (@.type() == "string")') as held (value)
        where held.value #>> '{}' <> normal_identifier(held.value #>> '{}'))`);
  }
}
