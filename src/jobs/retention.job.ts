/**
 * What is kept, and how long. What a verifier of the audit would miss (payloads, transactions) is announced there before
 * it is deleted; the audit itself, its seals and admin actions stay. What a legal hold covers stays, whatever its age.
 */
import { PURGE_ACTION, purgedUntil, type Purged } from '../entities/audit/audit-check.repository.js';
import type { DataVault } from '../entities/database/data-vault.js';
import type { Transactional } from '../entities/database/database.js';
import { forgetDeleted } from '../entities/records/deleted-record.repository.js';
import { readHolds, type Hold } from '../entities/retention/legal-hold.repository.js';
import {
  deleteRemains,
  deleteTransactions,
  dropMonth,
  hasPayloads,
  isTold,
  monthsBefore,
  purgeDeliveries,
  purgePayloads,
  purgeVersions,
  shredDataKeys,
} from '../entities/retention/purge.repository.js';
import { forgetLeft } from '../entities/records/left-number.repository.js';
import { GATEWAY, recordAdminAction } from '../use-cases/admin-change.js';
import type { Retention } from '../platform/config.schema.js';
import { eachInTurn } from '../platform/each-in-turn.js';
import type { Log } from '../platform/log.js';
import type { Registries } from '../protocol/registries/registries.js';

export interface Retaining {
  database: Transactional;
  vault: DataVault;
  registries: Registries;
  clock: () => Date;
  log: Log;
  days: Retention;
}

/** Whole days of UTC, so that a class is announced once a day at most. */
function boundOf(now: Date, days: number): Date {
  return new Date(Math.floor(now.getTime() / DAY_MS - days) * DAY_MS);
}
const DAY_MS = 86_400_000;

export async function keepRetention(retaining: Retaining): Promise<Record<string, number>> {
  const { database, registries, days, vault, clock, log } = retaining;
  const now = clock();
  const until = (name: keyof Retention) => boundOf(now, days[name]);
  const holds = await readHolds(database);
  const kinds: Record<string, () => Promise<number>> = {
    payloads: () => purgeOldPayloads(retaining, until('payloads')),
    messages: () => purgeDeliveries(database, until('attempts')),
    attempts: () => dropMonths(database, 'delivery_attempt', until('attempts'), holds),
    outbox: () => dropMonths(database, 'outbox_event', until('outbox'), []),
    versions: () => purgeVersions(database, until('versions')),
    leftNumbers: () => forgetLeft(database),
    records: () => forgetDeleted(database, (name) => registries.byName(name), until('versions')),
    events: () => dropEvents(database, until('versions'), holds),
    transactions: () => dropTransactions(retaining, until('transactions'), holds),
    dataKeys: () => shredDataKeys(database, days, now),
  };
  const done: Record<string, number> = {};
  // What cannot be deleted of one kind keeps nothing of the others.
  await eachInTurn(Object.entries(kinds), async ([kind, purge]) => {
    done[kind] = await purge();
  }).finally(() => vault.forget());
  if (Object.values(done).some((count) => count > 0)) log.info({ done }, 'retention');
  return done;
}

async function purgeOldPayloads(retaining: Retaining, until: Date): Promise<number> {
  if (!(await hasPayloads(retaining.database, until))) return 0;
  await announce(retaining, 'payloads', until);
  return purgePayloads(retaining.database, until);
}

async function dropMonths(database: Retaining['database'], table: string, until: Date, holds: Hold[]): Promise<number> {
  const months = await monthsBefore(database, table, until);
  const free = months.filter((month) => !holds.some((hold) => hold.month === month));
  for (const month of free) await dropMonth(database, table, month);
  return free.length;
}

async function dropEvents(database: Retaining['database'], until: Date, holds: Hold[]): Promise<number> {
  let dropped = 0;
  for (const month of await monthsBefore(database, 'registry_event', until)) {
    if (holds.some((hold) => hold.month === month) || !(await isTold(database, month))) continue;
    await dropMonth(database, 'registry_event', month);
    dropped += 1;
  }
  return dropped;
}

async function dropTransactions(retaining: Retaining, until: Date, holds: Hold[]): Promise<number> {
  const { database } = retaining;
  const months = await monthsBefore(database, 'transaction', until);
  if (months.length === 0) return 0;
  const whole = new Date(Date.UTC(until.getUTCFullYear(), until.getUTCMonth(), 1));
  await announce(retaining, 'transactions', whole);
  for (const month of months) {
    // What was received in the last moments of a month may be written in the first of the next.
    const touching = holds.filter((hold) => hold.month === month || hold.month === monthBefore(month));
    const senders = touching.filter((hold) => hold.month === month).map(({ owner }) => owner);
    const dataKeyIds = touching.map(({ dataKeyId }) => dataKeyId);
    if (touching.length === 0) await dropMonth(database, 'transaction', month);
    else await deleteTransactions(database, month, { senders, dataKeyIds });
  }
  await deleteRemains(database, whole);
  return months.length;
}

/** Both as `YYYY-MM`. */
function monthBefore(month: string): string {
  return new Date(Date.parse(`${month}-01`) - DAY_MS).toISOString().slice(0, 7);
}

async function announce({ database, clock }: Retaining, what: Purged, until: Date): Promise<void> {
  if ((await purgedUntil(database, what)) >= until) return;
  const after = { until: until.toISOString() };
  const change = { action: PURGE_ACTION, targetType: 'Retention', targetId: what, after };
  await database.transaction((unit) => recordAdminAction(unit, GATEWAY, change, clock()));
}
