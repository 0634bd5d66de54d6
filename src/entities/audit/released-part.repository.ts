/** What the parts of an upload released so far, until its end gathers them into its transaction (trigger `transaction_gathers`). */
import type { Sql } from '../database/database.js';

export interface ReleasedPart {
  requestId: string;
  page: number;
  recordIds: string[];
  consentIds: string[];
}

export async function keepPart(sql: Sql, { requestId, page, recordIds, consentIds }: ReleasedPart): Promise<void> {
  if (recordIds.length === 0 && consentIds.length === 0) return;
  await sql.query(
    'insert into released_part (request_id, page, record_ids, consent_ids) values ($1, $2, $3::uuid[], $4::uuid[])',
    [requestId, page, recordIds, consentIds],
    'keep-part',
  );
}

const soFar = (column: string): string => `(t.${column} || array(
  select u.id from released_part p, unnest(p.${column}) with ordinality as u (id, place)
  where p.request_id = t.id order by p.page, u.place))`;

/** Of a transaction `t`, whether it has ended or not. */
export const RECORDS_SO_FAR = soFar('record_ids');
/** Null where it is not known. */
export const CONSENTS_SO_FAR = `case when t.consent_ids is not null then ${soFar('consent_ids')} end`;
