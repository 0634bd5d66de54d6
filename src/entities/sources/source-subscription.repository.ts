/** Subscriptions of ours at other DCI servers: what was asked, under which transaction, and by which codes it was granted. */
import type { Sql } from '../database/database.js';
import type { ServedType } from './source.repository.js';

export interface SubscriptionWish extends ServedType {
  eventType: string;
}

export interface SourceSubscription extends SubscriptionWish {
  /** Who tells us, as its name stands in our list of senders. */
  senderId: string;
  /** Of the last asking. */
  transactionId: string;
  /** Where we said that we listen; null of versions that did not keep it. */
  publicUrl: string | null;
  askedAt: string;
  answeredAt: string | null;
  /** None: not answered yet, or refused. */
  codes: string[];
  /** Others have taken their place: to be ended. */
  formerCodes: string[];
}

export const sourceSubscriptions = (sql: Sql, source: string): Promise<SourceSubscription[]> =>
  sql.query(
    `select registry, record_type as "recordType", event_type as "eventType", sender_id as "senderId",
       transaction_id as "transactionId", asked_at as "askedAt", answered_at as "answeredAt", codes,
       public_url as "publicUrl", former_codes as "formerCodes"
     from source_subscription where source = $1 order by registry, record_type, event_type`,
    [source],
  );

/** Before it is asked, since the answer may be faster than we are. Codes that were granted before hold until the answer. */
export async function keepAsked(
  sql: Sql,
  source: string,
  {
    registry,
    recordType,
    eventType,
    senderId,
    transactionId,
    publicUrl,
  }: Omit<SourceSubscription, 'askedAt' | 'answeredAt' | 'codes' | 'formerCodes'>,
  now: Date,
): Promise<void> {
  await sql.query(
    `insert into source_subscription (source, registry, record_type, event_type, sender_id, transaction_id, asked_at, public_url)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (source, registry, record_type, event_type)
     do update set sender_id = $5, transaction_id = $6, asked_at = $7, answered_at = null, public_url = $8`,
    [source, registry, recordType, eventType, senderId, transactionId, now, publicUrl],
  );
}

/** Of which source, where it was an answer that we wait for. */
export async function keepAnswered(
  sql: Sql,
  { senderId, transactionId, codes }: Pick<SourceSubscription, 'senderId' | 'transactionId' | 'codes'>,
  now: Date,
): Promise<string | undefined> {
  const [row] = await sql.query<{ source: string }>(
    `update source_subscription set codes = $3, answered_at = $4,
       former_codes = array(select unnest(former_codes || codes) except select unnest($3::text[])),
       granted_as = case when codes = $3 then coalesce(granted_as, transaction_id) else transaction_id end
     where transaction_id = $2 and sender_id = $1
     returning source`,
    [senderId, transactionId, codes, now],
  );
  return row?.source;
}

export async function forgetFormerCodes(
  sql: Sql,
  source: string,
  { registry, recordType, eventType, formerCodes }: SubscriptionWish & { formerCodes: string[] },
): Promise<void> {
  await sql.query(
    `update source_subscription set former_codes = array(select unnest(former_codes) except select unnest($5::text[]))
     where source = $1 and registry = $2 and record_type = $3 and event_type = $4`,
    [source, registry, recordType, eventType, formerCodes],
  );
}

export async function forgetSubscriptions(sql: Sql, source: string, transactionIds: string[]): Promise<void> {
  await sql.query('delete from source_subscription where source = $1 and transaction_id = any($2::text[])', [
    source,
    transactionIds,
  ]);
}

/**
 * Whether a sender is whom a source has asked to tell of such records; and of what, by the transaction that its
 * notifications have: that of the asking by which the subscription was first granted.
 */
export async function toldBy(
  sql: Sql,
  source: string,
  { senderId, transactionId }: { senderId: string; transactionId: string },
  { registry, recordType }: ServedType,
): Promise<{ eventType: string | null } | undefined> {
  const [row] = await sql.query<{ eventType: string | null }>(
    `select (array_agg(event_type) filter (where $5 in (granted_as, transaction_id)))[1] as "eventType"
     from source_subscription where source = $1 and sender_id = $2 and registry = $3 and record_type = $4
     having count(*) > 0`,
    [source, senderId, registry, recordType, transactionId],
  );
  return row;
}
