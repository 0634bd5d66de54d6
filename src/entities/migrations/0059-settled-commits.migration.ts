import { Migration } from '@mikro-orm/migrations';

/**
 * `settled_below()`: no transaction of this database that still runs, or is prepared, has a number below it. PostgreSQL's own
 * bound counts the transactions of every database of the server, none of which can write here. Only whoever is known to
 * stand elsewhere is left out: one whose place cannot be told counts. Stable, so that it sees what its statement sees.
 */
export class SettledCommits0059 extends Migration {
  override up(): void {
    this.addSql(`
      create function settled_below() returns xid8 language sql stable as $$
        -- A snapshot does not list the transaction that takes it.
        select least(coalesce(min(running), pg_snapshot_xmax(pg_current_snapshot())), pg_current_xact_id_if_assigned())
        from pg_snapshot_xip(pg_current_snapshot()) running
        where not exists (
            select from pg_locks held join pg_stat_activity session on session.pid = held.pid
            where held.locktype = 'transactionid' and held.granted and held.transactionid = running::xid
              and session.datid <> (select oid from pg_database where datname = current_database()))
          and not exists (
            select from pg_prepared_xacts prepared
            where prepared.transaction = running::xid and prepared.database <> current_database())
      $$`);
  }
}
