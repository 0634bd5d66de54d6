/** Fixed messages: what the first attempt of a notification, and all later ones, bring. */
import type { Sealed } from '../database/data-vault.js';
import type { Sql } from '../database/database.js';
import { pack, piece } from '../database/packed.js';

// A counter of its own: that of the subscription is locked while events are matched. In one order, so that two processes
// never wait for each other in a ring. Each part is read once, whatever the planner believes of their sizes: joined to one
// another they took the square of a batch.
const FIX = `
with mine as (
  select d.id, d.subscription_id, d.told, g.data_key_id, g.start, g.bytes, g.decision, g.place
  from unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[], $5::int[]) with ordinality
    as g (id, data_key_id, start, bytes, decision, place) join delivery d on d.id = g.id
  where d.claimed_by = $8 order by d.id for update of d
), next as (
  insert into subscription_told as t (subscription_id, told)
  select subscription_id, count(*) from mine where told is null group by subscription_id order by subscription_id
  on conflict (subscription_id) do update set told = t.told + excluded.told returning subscription_id, told
), numbered as materialized (
  select mine.*, coalesce(mine.told, next.told + 1 -
    row_number() over (partition by subscription_id, mine.told is null order by place desc)) as number
  from mine left join next using (subscription_id)
)
update delivery d set data_key_id = n.data_key_id, message_sealed = ${piece('$6', 'n.start', 'n.bytes')},
  access_decision = coalesce(($7::jsonb[])[n.decision], d.access_decision), told = n.number from numbered n
where d.id = n.id returning d.id, d.told::float8 as told`;

export interface FixedMessage {
  id: string;
  message: Sealed;
  accessDecision: Record<string, unknown> | undefined;
}

/** Gives the number of each among those of its subscription; undefined for one whose claim was lost meanwhile. */
export async function fixMessages(
  sql: Sql,
  worker: string,
  messages: readonly FixedMessage[],
): Promise<(number | undefined)[]> {
  const { bytes, starts, lengths } = pack(messages.map(({ message }) => message.sealed));
  // One for all messages of a subscription.
  const decisions = [...new Set(messages.map(({ accessDecision }) => accessDecision))];
  const placeOf = new Map(decisions.map((decision, index) => [decision, index + 1]));
  const rows = await sql.query<{ id: string; told: number }>(
    FIX,
    [
      messages.map(({ id }) => id),
      messages.map(({ message }) => message.dataKeyId),
      starts,
      lengths,
      messages.map(({ accessDecision }) => placeOf.get(accessDecision)),
      bytes,
      decisions.map((decision) => (decision === undefined ? null : JSON.stringify(decision))),
      worker,
    ],
    'fix-messages',
  );
  const numbers = new Map(rows.map(({ id, told }) => [id, told]));
  return messages.map(({ id }) => numbers.get(id));
}
