/** What the parts of an upload released so far (`released_part`), until its end gathers them into its transaction (trigger `transaction_gathers`). */
const soFar = (column: string): string => `(t.${column} || array(
  select u.id from released_part p, unnest(p.${column}) with ordinality as u (id, place)
  where p.request_id = t.id order by p.page, u.place))`;

/** Of a transaction `t`, whether it has ended or not. */
export const RECORDS_SO_FAR = soFar('record_ids');
/** Null where it is not known. */
export const CONSENTS_SO_FAR = `case when t.consent_ids is not null then ${soFar('consent_ids')} end`;
