/** The audit of a world as an outsider has it: exported, and read by a program that shares no code with the server. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportAudit } from '../../src/use-cases/audit/export-audit.js';
import { until } from '../support/until.js';
import { PUT_OFF_MS } from './ground.js';
import type { Play } from './play.js';
import { outside } from './reports.js';

const SCRIPT = join(import.meta.dirname, '../../examples/verify_audit_export.py');

/** All lines, once the sealing job has sealed what is committed. */
export async function exportedAudit({ store }: Play): Promise<string[]> {
  const unsealed = `select count(*)::int as n from audit_entry where xid >= coalesce((select until_xid from audit_seal order by sequence desc limit 1), '0')`;
  await until(async () => (await store.query<{ n: number }>(unsealed))[0]?.n === 0, { timeoutMs: PUT_OFF_MS });
  const lines: string[] = [];
  for await (const line of exportAudit(store)) lines.push(line);
  return lines;
}

export async function verified(lines: string[], ...options: string[]): Promise<{ stdout: string; status: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'dci-audit-'));
  try {
    const file = join(folder, 'audit.ndjson');
    await writeFile(file, lines.join(''));
    const { stdout, status } = spawnSync('python3', [SCRIPT, file, ...options], { encoding: 'utf8' });
    return { stdout, status: status ?? -1 };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Told {
  sender: string;
  what: string;
  record: string;
  decision: Record<string, unknown> | null;
}

/** @returns where what the audit names is not what left, as often as it left; undefined where it is */
export async function differenceOfAudit(play: Play, lines: string[]): Promise<string | undefined> {
  const { stdout, status } = await verified(lines, '--releases');
  if (status !== 0) return `the audit does not verify: ${stdout}`;
  const told = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Told);
  const groundless = told.find(({ decision }) => decision === null || Object.keys(decision).length === 0);
  if (groundless !== undefined) return `without a ground: ${JSON.stringify(groundless)}`;
  const names = await namesOfRecords(play);
  const proven = told
    .filter(({ what }) => what !== 'TXN_STATUS')
    .map(({ sender, what, record }) => `${sender} ${what} ${names.get(record)}`);
  // A household is one record, whoever stands in it.
  const [got, perhaps] = [play.releases, play.perhaps].map((releases) =>
    releases.filter(({ inside }) => !inside).map(({ sender, how, uin }) => `${sender} ${how} ${uin}`),
  ) as [string[], string[]];
  return outside(proven, got, perhaps);
}

/** Deleted ones too: their identifiers stand in their events. */
async function namesOfRecords({ store }: Play): Promise<Map<string, string>> {
  const rows = await store.query<{ id: string; value: string }>(
    `select record_id as id, identifiers #>> '{0,value}' as value from registry_event`,
  );
  return new Map(rows.map(({ id, value }) => [id, value]));
}
