/**
 * Migrations change tables that other processes go on using. Whoever asks for such a table behind a change that waits for a lock
 * waits as long as it does, so it gives up soon, comes again, and says whose transaction it waits for.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ofMigration } from './migration-failed.js';
import { sqlStateOf, type Database, type Sql } from '../database/database.js';

/** For a lock, and so for whoever asks behind it. */
const LOCK_MS = 3000;
/** How often it is looked who has it. */
const LOOK_MS = 1000;
/** From one try to the next. */
const PAUSE_MS = 5000;
/** Until it is told as a failure; a dump of a large database takes longer, and may be waited for by another start. */
const PATIENCE_MS = 5 * 60_000;
const NO_LOCK = '55P03';

export interface Patience {
  patienceMs?: number | undefined;
  /** Told at each try that was given up, with the session that is in the way. */
  waits: (reason: string) => void;
}

class TablesInUse extends Error {
  override readonly name = 'TablesInUse';
}

/**
 * Runs what migrations are due, all or none, and gives their names.
 *
 * @throws TablesInUse, MigrationFailed that say what is in the way
 */
export async function upPastLocks(
  database: Database,
  { patienceMs = PATIENCE_MS, waits }: Patience,
): Promise<string[]> {
  for (const deadline = Date.now() + patienceMs; ; await sleep(Math.min(PAUSE_MS, patienceMs))) {
    const holder = { text: 'another session' };
    try {
      return await up(database, holder);
    } catch (error) {
      if (sqlStateOf(error) !== NO_LOCK) throw error;
      const reason = `${holder.text} has a transaction open on tables that are to be changed`;
      if (Date.now() >= deadline)
        throw new TablesInUse(
          `${reason}: wait until it ends (a backup), or end it with select pg_terminate_backend(…), and start again; nothing was changed`,
          { cause: error },
        );
      waits(reason);
    }
  }
}

async function up(database: Database, holder: { text: string }): Promise<string[]> {
  const { migrator, em } = database.orm;
  const connection = em.getConnection();
  return connection.transactional(async (transaction) => {
    // The role or the database may have limits of its own: a large table takes longer than a statement of every day.
    for (const limit of [`lock_timeout = ${LOCK_MS}`, 'statement_timeout = 0'])
      await connection.execute(`set local ${limit}`, [], 'run', transaction);
    const { pid } = await connection.execute<{ pid: number }>('select pg_backend_pid() as pid', [], 'get', transaction);
    const look = async (): Promise<void> => void (holder.text = (await holderOf(database, pid)) ?? holder.text);
    let current = '';
    migrator.on('migrating', ({ name }) => void (current = name));
    const looking = setInterval(() => void look().catch(() => undefined), LOOK_MS);
    try {
      return (await migrator.up({ transaction })).map(({ name }) => name);
    } catch (error) {
      throw ofMigration(current, error);
    } finally {
      clearInterval(looking);
    }
  });
}

/** Another user's session shows its number and its program, whatever ours may see. */
async function holderOf(sql: Sql, pid: number): Promise<string | undefined> {
  const [holder] = await sql.query<{ text: string }>(
    `select concat('session ', pid, ' (', coalesce(nullif(application_name, ''), usename), ')') as text
     from pg_stat_activity where pid = any(pg_blocking_pids($1)) order by xact_start limit 1`,
    [pid],
  );
  return holder?.text;
}
