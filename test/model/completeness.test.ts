/**
 * After a world the exported audit alone, read by a verifier that shares no code with the server, names every record that
 * left, to whom and on what ground; and no line of it can be removed, added or changed unseen.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sample } from 'fast-check';
import { exportAudit } from '../../src/use-cases/audit/export-audit.js';
import { until } from '../support/until.js';
import { Play } from './play.js';
import { seed } from './proof.js';
import { history } from './steps.js';

const SCRIPT = join(import.meta.dirname, '../../examples/verify_audit_export.py');
const TRIALS = 100;

let folder: string;
let play: Play;
let lines: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dci-audit-'));
  const [made] = sample(history, { seed, numRuns: 1 });
  if (made === undefined) throw new Error('no world was made');
  play = await Play.start(made);
  for (const step of made.steps) await play.step(step);
  // The sealing job seals what is committed; then the export is of all.
  await until(async () => (await unsealed()) === 0, { timeoutMs: 60_000 });
  lines = [];
  for await (const line of exportAudit(play.store)) lines.push(line);
}, 300_000);
afterAll(async () => {
  await play?.close();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

async function unsealed(): Promise<number> {
  const [row] = await play.store.query<{ n: number }>(
    `select count(*)::int as n from audit_entry where xid >= (select coalesce(max(until_xid::text)::xid8, '0') from audit_seal)`,
  );
  return row?.n ?? 0;
}

async function verified(exported: string[], ...options: string[]) {
  const file = join(folder, 'audit.ndjson');
  await writeFile(file, exported.join(''));
  return spawnSync('python3', [SCRIPT, file, ...options], { encoding: 'utf8' });
}

const headOf = (stdout: string): string => /head (\d+:[0-9a-f]+)/.exec(stdout)?.[1] ?? '';

test('names what left, to whom and on what ground, as often as the inboxes hold it', async () => {
  const { stdout, status } = await verified(lines, '--releases');
  expect(status).toBe(0);
  const told = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Told);
  expect(told.every(({ decision }) => decision !== null && Object.keys(decision).length > 0)).toBe(true);
  const names = await namesOfRecords();
  const proven = told
    .filter(({ what }) => what !== 'TXN_STATUS')
    .map(({ sender, what, record }) => `${sender} ${what} ${names.get(record)}`);
  // A household is one record, whoever stands in it.
  const own = play.releases.filter(({ inside }) => !inside).map(({ sender, how, uin }) => `${sender} ${how} ${uin}`);
  expect(proven.toSorted()).toEqual(own.toSorted());
});

interface Told {
  sender: string;
  what: string;
  record: string;
  decision: Record<string, unknown> | null;
}

/** Deleted ones too: their identifiers stand in their events. */
async function namesOfRecords(): Promise<Map<string, string>> {
  const rows = await play.store.query<{ id: string; value: string }>(
    `select record_id as id, identifiers #>> '{0,value}' as value from registry_event`,
  );
  return new Map(rows.map(({ id, value }) => [id, value]));
}

test(`is found out in ${TRIALS} of ${TRIALS} trials of changing it`, async () => {
  const head = headOf((await verified(lines)).stdout);
  expect(head).not.toBe('');
  let state = seed;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
  const kept: string[] = [];
  for (let trial = 0; trial < TRIALS; trial++) {
    const at = random(lines.length);
    const changed = TAMPERINGS[trial % TAMPERINGS.length]?.(lines, at, random) ?? lines;
    const { status } = await verified(changed, '--head', head);
    if (status === 0) kept.push(`${trial % TAMPERINGS.length} at ${lines[at]}`);
  }
  expect(kept).toEqual([]);
}, 120_000);

const TAMPERINGS: ((lines: string[], at: number, random: (below: number) => number) => string[])[] = [
  // removed
  (all, at) => all.toSpliced(at, 1),
  // added: the same once more, further on
  (all, at) => all.toSpliced(at + 1, 0, all[at] as string),
  // one digit or letter of a value changed
  (all, at, random) => all.with(at, changedIn(all[at] as string, random)),
  // cut off at the end
  (all, at) => all.slice(0, Math.max(1, at)),
];

function changedIn(line: string, random: (below: number) => number): string {
  const start = line.indexOf('text') + 8;
  for (let at = start + random(line.length - start); ; at = start + ((at - start + 1) % (line.length - start))) {
    const sign = line.charAt(at);
    if (/[0-9a-f]/.test(sign)) return line.slice(0, at) + (sign === '1' ? '2' : '1') + line.slice(at + 1);
  }
}
