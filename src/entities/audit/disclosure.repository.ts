/** Who got a person's record: an index over transactions, filled in commit order behind the outbox tail. */
import type { Database, Sql } from '../database/database.js';
import { CONSENTS_SO_FAR, RECORDS_SO_FAR } from './released-part.repository.js';
import { readTail, type TailPosition } from '../queues/tail.repository.js';

const BATCH = 1000;

/** In the order of the index, where thousands of records find their places one beside the other. */
const indexing = (transactions: string): string =>
  `insert into disclosure (record_id, transaction_id)
   select distinct unnest(${RECORDS_SO_FAR}), t.id from transaction t where t.id = any(${transactions})
   order by 1 on conflict do nothing`;

/** Brings the index up to all that is committed; several processes take turns. Returns the transactions read. */
export async function indexDisclosures(database: Pick<Database, 'transaction'>): Promise<number> {
  let read = 0;
  for (let batch = BATCH; batch === BATCH; read += batch)
    batch = await database.transaction(async (unit) => {
      const [state] = await unit.query<{ value: TailPosition }>(
        `select value from gateway_state where key = 'disclosures' for update`,
      );
      if (state === undefined) throw new Error('the database has no place of the disclosures: migrate it');
      const events = await readTail(unit, state.value, BATCH);
      const subjects = events.filter(({ topic }) => topic === 'transaction').map(({ subject }) => subject);
      await unit.query(indexing('$1::uuid[]'), [subjects]);
      await unit.query(`update gateway_state set value = $1 where key = 'disclosures'`, [
        JSON.stringify(events.at(-1)?.position ?? state.value),
      ]);
      return events.length;
    });
  return read;
}

const PLACE = `select (value ->> 'xid')::xid8, (value ->> 'seq')::bigint from gateway_state where key = 'disclosures'`;
/** No commit that can be seen has this number or a higher one, but what a dump brought along. */
const NEXT_COMMIT = 'pg_snapshot_xmax(pg_current_snapshot())';

/**
 * After a dump was restored: events whose commit numbers this cluster has not come to yet would be told one day, and a place
 * among them would hide all events until then. The index takes what it has not read of them first. Call under the start lock.
 */
export async function forgetForeignEvents(database: Pick<Database, 'transaction'>): Promise<void> {
  await database.transaction(async (unit) => {
    await unit.query(
      indexing(`array(select subject from outbox_event
        where topic = 'transaction' and xid >= ${NEXT_COMMIT} and (xid, seq) > (${PLACE}))`),
    );
    await unit.query(`delete from outbox_event where xid >= ${NEXT_COMMIT}`);
    await unit.query(
      `update gateway_state set value = '{"xid": "0", "seq": "0"}'
       where key = 'disclosures' and (value ->> 'xid')::xid8 >= ${NEXT_COMMIT}`,
    );
    await unit.query(
      `delete from gateway_state where key = 'outbox_purged' and (value #>> '{}')::xid8 >= ${NEXT_COMMIT}`,
    );
  });
}

/** A message that told somebody of records. */
export interface Told {
  id: string;
  at: string;
  /** Of the question or event that made it, with its time in it. */
  madeBy: string;
  senderId: string;
  senderName: string | null;
  kind: string;
  registry: string | null;
  recordIds: string[];
  /** Consents that it rests on; null in rows of earlier versions. */
  consentIds: string[] | null;
  accessDecision: unknown;
}

/** Answers that released any of these records, the newest; index them before. */
export async function findAnswersAbout(sql: Sql, recordIds: string[], limit: number): Promise<Told[]> {
  return sql.query<Told>(
    `select t.id, t.id as "madeBy", coalesce(t.processed_at, t.received_at) as at, t.sender_id as "senderId", s.name as "senderName",
       coalesce(t.operation, t.channel) as kind, t.registry, ${RECORDS_SO_FAR} as "recordIds",
       ${CONSENTS_SO_FAR} as "consentIds", t.access_decision as "accessDecision"
     from transaction t left join sender s on s.sender_id = t.sender_id
     where t.id = any(array(select distinct transaction_id from disclosure where record_id = any($1::uuid[])
       order by transaction_id desc limit $2))`,
    [recordIds, limit],
  );
}

/** Notifications that were delivered of them, the newest. */
export function findNotificationsAbout(sql: Sql, recordIds: string[], limit: number): Promise<Told[]> {
  return sql.query<Told>(
    `select d.id, coalesce(d.event_id, d.id) as "madeBy", d.finished_at as at, d.sender_id as "senderId", s.name as "senderName", 'NOTIFICATION' as kind,
       d.registry, array[d.record_id] as "recordIds", d.consent_ids as "consentIds", d.access_decision as "accessDecision"
     from delivery d left join sender s on s.sender_id = d.sender_id
     where d.record_id = any($1::uuid[]) and d.state = 'DELIVERED' order by d.id desc limit $2`,
    [recordIds, limit],
  );
}
