/** Consents in messages by number and signer: what each said when it was first shown, and which were revoked. */
import type { Sql } from '../database/database.js';
import { livePlace } from '../sources/live-place.sql.js';

interface ConsentNumber {
  controllerId: string;
  jti: string;
}

interface Shown {
  /** Null where it was not shown yet. */
  digest: Buffer | null;
  revoked: boolean;
}

const FIND = `
select (select digest from shown_consent where controller_id = $1 and jti = $2) as digest,
  exists (select from revoked_consent where controller_id = $1 and jti = $2) as revoked`;

export async function findShown(sql: Sql, controllerId: string, jti: string): Promise<Shown> {
  const [row] = await sql.query<Shown>(FIND, [controllerId, jti], 'shown-consent');
  return row ?? { digest: null, revoked: false };
}

/** The digest that stands: this one, or that of who came first. */
export async function keepShown(
  sql: Sql,
  { controllerId, jti }: ConsentNumber,
  digest: Buffer,
  at: Date,
): Promise<Buffer> {
  const text = `insert into shown_consent (controller_id, jti, digest, shown_at) values ($1, $2, $3, $4) on conflict do nothing`;
  await sql.query(text, [controllerId, jti, digest, at], 'keep-shown-consent');
  return (await findShown(sql, controllerId, jti)).digest ?? digest;
}

/** Whether it was not revoked before. */
export async function keepRevoked(
  sql: Sql,
  { controllerId, jti }: ConsentNumber,
  at: Date,
  by: string,
): Promise<boolean> {
  const text = `insert into revoked_consent (controller_id, jti, revoked_at, revoked_by) values ($1, $2, $3, $4)
    on conflict do nothing returning jti`;
  return (await sql.query(text, [controllerId, jti, at, by], 'revoke-shown-consent')).length > 0;
}

const STANDS = `
select exists (select from consent_controller where id = $1 and revoked_at is null)
  and not exists (select from revoked_consent where controller_id = $1 and jti = $2) as stands`;

/** Whether neither it nor who signed it was revoked. */
export async function stands(sql: Sql, { controllerId, jti }: ConsentNumber): Promise<boolean> {
  const [row] = await sql.query<{ stands: boolean }>(STANDS, [controllerId, jti], 'shown-consent-stands');
  return row?.stands === true;
}

const IS_THEIRS = `
with held as (
  select record_id from record_identifier where registry = $3 and type = $4 and value = $5
), given as (
  select r.id from shown_consent s join registry_record r on r.id = any (s.given_for) and r.registry = $3
  where s.controller_id = $1 and s.jti = $2
), kept as (
  update shown_consent set given_for = given_for || array(select record_id from held)
  where controller_id = $1 and jti = $2 and not exists (select from given) and exists (select from held)
)
select not exists (select from given) or not exists (select from held)
  or exists (select from given join held on held.record_id = given.id) as theirs`;

/** Whether its person's number is of a record that had it when the consent was first shown, or of nobody we keep. */
export async function isStillTheirs(
  sql: Sql,
  { controllerId, jti }: ConsentNumber,
  registry: string,
  { type, value }: { type: string; value: string },
): Promise<boolean> {
  const [row] = await sql.query<{ theirs: boolean }>(
    IS_THEIRS,
    [controllerId, jti, registry, type, value],
    'shown-consent-theirs',
  );
  return row?.theirs === true;
}

const IS_THEIRS_LIVE = `
with live as (
  select $3::text || ' ' || here.place as place from (${livePlace('$3', '$4')}) as here (place)
), given as (
  select s.given_for_live -> live.place as ids from shown_consent s cross join live where s.controller_id = $1 and s.jti = $2
), kept as (
  update shown_consent s set given_for_live = s.given_for_live || jsonb_build_object(live.place, to_jsonb($5::text[]))
  from live where s.controller_id = $1 and s.jti = $2 and not jsonb_exists(s.given_for_live, live.place)
)
select coalesce(bool_and(ids is null or jsonb_exists_any(ids, $5::text[])), true) as theirs from given`;

/** The same, where a live source keeps the records: these are the ones that it has under the number now. */
export async function isStillTheirsLive(
  sql: Sql,
  { controllerId, jti }: ConsentNumber,
  registry: string,
  { recordType, recordIds }: { recordType: string; recordIds: string[] },
): Promise<boolean> {
  if (recordIds.length === 0) return true;
  const [row] = await sql.query<{ theirs: boolean }>(
    IS_THEIRS_LIVE,
    [controllerId, jti, registry, recordType, recordIds],
    'shown-consent-theirs-live',
  );
  return row?.theirs === true;
}

export async function forgetShown(sql: Sql, before: Date): Promise<void> {
  await sql.query('delete from shown_consent where shown_at < $1', [before], 'forget-shown-consents');
}
