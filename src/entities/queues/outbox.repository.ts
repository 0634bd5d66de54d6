/** The outbox that live readers tail: ids and what filters need, never data. Written in the transaction of the change. */
import { uuidv7 } from '../../platform/uuid.js';
import type { Sql } from '../database/database.js';

export type Topic = 'transaction' | 'delivery' | 'subscription' | 'registry';

export interface OutboxDetail {
  senderId?: string | null;
  registry?: string | null;
  operation?: string | null;
  status?: string | null;
  eventType?: string;
}

export async function appendOutbox(sql: Sql, topic: Topic, subject: string, detail: OutboxDetail): Promise<void> {
  await sql.query(
    'insert into outbox_event (id, topic, subject, detail) values ($1, $2, $3, $4)',
    eventRow(topic, subject, detail),
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
