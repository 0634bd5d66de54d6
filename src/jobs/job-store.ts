/** Where Agenda keeps its schedule: the gateway's PostgreSQL, another one, or MongoDB. */
import { MongoBackend } from '@agendajs/mongo-backend';
import { PostgresBackend } from '@agendajs/postgres-backend';
import type { AgendaBackend } from 'agenda';

/** Agenda's own connections: its driver reads timestamps as dates, MikroORM's pool as text. */
const POOL_SIZE = 4;

/** @param jobsUrl `mongodb://…` or `postgres://…` */
export function createJobStore(jobsUrl: string): AgendaBackend {
  if (jobsUrl.startsWith('mongodb')) return new MongoBackend({ address: jobsUrl });
  return new PostgresBackend({ poolConfig: { connectionString: jobsUrl, max: POOL_SIZE } });
}
