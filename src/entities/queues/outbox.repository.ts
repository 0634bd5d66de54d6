/** The outbox that live readers tail: ids and what filters need, never data. Written in the transaction of the change. */
import { uuidv7 } from '../../platform/uuid.js';
import type { Sql } from '../database/database.js';
import { lines, linesOf } from '../database/packed.js';

export type Topic = 'transaction' | 'delivery' | 'subscription' | 'registry';

export interface OutboxDetail {
  senderId?: string | null;
  registry?: string | null;
  operation?: string | null;
  status?: string | null;
  eventType?: string;
}

export interface OutboxEvent {
  subject: string;
  detail: OutboxDetail;
}

/** In their order. */
export async function appendOutbox(sql: Sql, topic: Topic, events: OutboxEvent[]): Promise<void> {
  await sql.query(
    `insert into outbox_event (id, topic, subject, detail)
     select id, $2, subject, detail from unnest($1::uuid[], $3::uuid[], ${linesOf('$4')}) as e (id, subject, detail)`,
    [
      events.map(() => uuidv7()),
      topic,
      events.map(({ subject }) => subject),
      lines(events.map(({ detail }) => JSON.stringify(detail))),
    ],
    'append-outbox',
  );
  sql.eventWritten();
}

/** id, topic, subject and detail of an event. */
export const eventRow = (topic: Topic, subject: string, detail: OutboxDetail): unknown[] => [
  uuidv7(),
  topic,
  subject,
  JSON.stringify(detail),
];
