/** History is changed by whoever holds the database. Here nobody changes what happened without being found out. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { indexDisclosures } from '../../src/entities/audit/disclosure.repository.js';
import { exportAudit } from '../../src/use-cases/audit/export-audit.js';
import { verifyAudit } from '../../src/use-cases/audit/verify-audit.js';
import { addRecords, person } from '../support/consent.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';
import { SEALED_BY_TEST, sealNow, sealWhatIsDue } from '../support/seal.js';
import { deliverOne, tamperings } from '../support/tampering.js';
import { until } from '../support/until.js';

const SCRIPT = join(import.meta.dirname, '../../examples/verify_audit_export.py');

describe('the audit', () => {
  let gateway: TestGateway;
  let partner: Partner;

  const search = (value = '1') => partner.send('social/registry/sync/search', 'search', searchById(value));
  const verify = () => verifyAudit(gateway.database);
  const one = async <Row>(sql: string): Promise<Row> => {
    const [row] = await gateway.database.query<Row>(sql);
    if (row === undefined) throw new Error('the test expected a row');
    return row;
  };

  /** As a database administrator who switches the triggers off; undone afterwards, so that each case stands alone. */
  async function tampered<T>(statements: string[], look: () => Promise<T>): Promise<T> {
    const client = await gateway.database.pool.connect();
    const run = async (sql: string) => {
      await client.query('set session_replication_role = replica');
      await client.query(sql);
      await client.query('reset session_replication_role');
    };
    const tables = ['audit_entry', 'audit_seal', 'admin_action', 'transaction', 'delivery', 'disclosure'];
    try {
      for (const table of tables) await client.query(`create temp table kept_${table} as table ${table}`);
      for (const statement of statements) await run(statement);
      return await look();
    } finally {
      for (const table of tables) {
        await run(`delete from ${table}`);
        await run(`insert into ${table} table kept_${table}`);
        await client.query(`drop table kept_${table}`);
      }
      client.release();
    }
  }

  beforeAll(async () => {
    gateway = await startTestGateway({ env: SEALED_BY_TEST });
    partner = await createPartner(gateway);
    await addRecords(gateway, [person('1')]);
    await search();
    await deliverOne(gateway, partner.senderId);
    // Told of by an entry of its own, which stands in the way of no proof of the delivery.
    const { id } = await one<{ id: string }>(`select message_id as id from delivery`);
    const receipt = { notification_ids: [id], received_at: new Date().toISOString(), status: 'processed' };
    const asked = { transaction_id: 'receipt', receipt_information: receipt };
    const { body } = await partner.send('social/registry/sync/receipt', 'receipt', asked);
    expect(body.message.receipt_information.notification_ids).toEqual([id]);
    for (let round = 0; round < 3; round++) {
      for (let count = 0; count < 4; count++) await search();
      await sealNow(gateway.database);
    }
  });
  afterAll(() => gateway.close());

  test('is whole, sealed and unsealed entries alike, and says where it ends', async () => {
    await search();
    const report = await verify();
    expect(report).toMatchObject({ intact: true, seals: 3, problem: null, head: { sequence: 3 } });
    expect(report.entries).toBeGreaterThanOrEqual(12);
    expect(report.unsealed).toBeGreaterThanOrEqual(1);
  });

  test.each(['audit_entry', 'audit_seal', 'admin_action'])('refuses to change or remove rows of %s', async (table) => {
    const refusal = /are never changed or removed/;
    const column = table === 'audit_seal' ? 'kid' : 'actor';
    await expect(gateway.database.query(`update ${table} set ${column} = 'x'`)).rejects.toThrow(refusal);
    await expect(gateway.database.query(`delete from ${table}`)).rejects.toThrow(refusal);
    await expect(gateway.database.query(`truncate ${table}`)).rejects.toThrow(refusal);
  });

  test('refuses to truncate a partition of its own', async () => {
    const { name } = await one<{ name: string }>(
      `select inhrelid::regclass::text as name from pg_inherits where inhparent = 'audit_entry'::regclass limit 1`,
    );
    await expect(gateway.database.query(`truncate ${name}`)).rejects.toThrow(/never changed or removed/);
  });

  describe('names', () => {
    const middle = `(select id from audit_entry order by xid, id offset 6 limit 1)`;

    test('an entry that was edited', async () => {
      const { id } = await one<{ id: string }>(`select ${middle} as id`);
      const { problem, intact } = await tampered(
        [`update audit_entry set actor = 'nobody' where id = ${middle}`],
        verify,
      );
      expect(intact).toBe(false);
      expect(problem).toMatchObject({ kind: 'ENTRY_EDITED', entryId: id });
    });

    test('an entry that was edited together with its own hash', async () => {
      const { id } = await one<{ id: string }>(`select ${middle} as id`);
      const statement = `update audit_entry set actor = 'nobody', entry_hash = sha256('x') where id = ${middle}`;
      expect((await tampered([statement], verify)).problem).toMatchObject({ kind: 'ENTRY_EDITED', entryId: id });
    });

    test('an entry whose time moved by less than it shows', async () => {
      const statement = `update audit_entry set at = at + interval '1 microsecond' where id = ${middle}`;
      expect((await tampered([statement], verify)).problem).toMatchObject({ kind: 'ENTRY_EDITED' });
    });

    test('an entry that was removed', async () => {
      const { id } = await one<{ id: string }>(`select ${middle} as id`);
      const { problem } = await tampered([`delete from audit_entry where id = ${middle}`], verify);
      expect(problem).toMatchObject({ kind: 'ENTRY_REMOVED', entryId: id, seal: expect.any(Number) });
    });

    test('an entry that was slipped in behind a seal', async () => {
      const statement = `insert into audit_entry (id, xid, kind, subject, transition, actor, at, content_hash, entry_hash)
        select overlay(id::text placing 'ffff' from 20 for 4)::uuid, xid, kind, subject, transition, actor, at, content_hash, entry_hash
        from audit_entry where id = ${middle}`;
      expect((await tampered([statement], verify)).problem).toMatchObject({ kind: 'ENTRY_ADDED' });
    });

    test('entries in another order', async () => {
      const statement = `update audit_entry set xid = (select max(xid::text::bigint)::text::xid8 from audit_entry
        where xid < (select until_xid from audit_seal where sequence = 2)) where id = ${middle}`;
      expect((await tampered([statement], verify)).problem).toMatchObject({ kind: 'ENTRY_REORDERED' });
    });

    test('a seal that was edited, removed, or signed by another key', async () => {
      const edited = await tampered([`update audit_seal set entry_count = entry_count - 1 where sequence = 2`], verify);
      expect(edited.problem).toMatchObject({ kind: 'SEAL_EDITED', seal: 2 });
      const removed = await tampered([`delete from audit_seal where sequence = 2`], verify);
      expect(removed.problem).toMatchObject({ kind: 'SEAL_MISSING', seal: 2 });
      const forged = await tampered(
        [`update audit_seal set signature = (select signature from audit_seal where sequence = 1) where sequence = 2`],
        verify,
      );
      expect(forged.problem).toMatchObject({ kind: 'SEAL_FORGED', seal: 2 });
      const listed = await tampered(
        [`update audit_seal set leaves = overlay(leaves placing '\\x00' from 20) where sequence = 2`],
        verify,
      );
      expect(listed.problem).toMatchObject({ kind: 'SEAL_EDITED', seal: 2 });
    });

    test('the newest seals cut off, to whoever kept a head', async () => {
      const { head } = await verify();
      const cut = ['delete from audit_seal where sequence = 3'];
      expect((await tampered(cut, verify)).intact).toBe(true);
      const anchor = { sequence: head?.sequence ?? 0, sealHash: head?.sealHash ?? '' };
      const anchored = () => verifyAudit(gateway.database, { anchor });
      expect((await tampered(cut, anchored)).problem).toMatchObject({ kind: 'SEAL_MISSING', seal: 3 });
      expect((await anchored()).intact).toBe(true);
    });

    test('a sealed payload that was swapped or is gone, and a transaction that is', async () => {
      const row = `(select subject from audit_entry where kind = 'TRANSACTION' order by xid, id limit 1)`;
      const { id } = await one<{ id: string }>(`select ${row} as id`);
      const swapped = await tampered(
        [`update transaction set response_sealed = request_sealed where id = ${row}`],
        verify,
      );
      expect(swapped.problem).toMatchObject({ kind: 'PAYLOAD_EDITED', subject: id });
      const gone = await tampered(
        [`update transaction set request_sealed = null, response_sealed = null where id = ${row}`],
        verify,
      );
      expect(gone.problem).toMatchObject({ kind: 'PAYLOAD_MISSING', subject: id });
      const rehashed = await tampered([`update transaction set content_hash = sha256('x') where id = ${row}`], verify);
      expect(rehashed.problem).toMatchObject({ kind: 'ROW_EDITED', subject: id });
      const rejected = await tampered([`update transaction set status = 'REJECTED' where id = ${row}`], verify);
      expect(rejected.problem).toMatchObject({ kind: 'ROW_EDITED', subject: id });
      const facts = [
        `record_ids = array_append(record_ids, '00000000-0000-7000-8000-000000000000')`,
        `access_decision = '{"allowed": true}'`,
        `sender_id = 'somebody-else'`,
        `operation = 'VERIFY'`,
      ];
      for (const fact of facts) {
        const { problem } = await tampered([`update transaction set ${fact} where id = ${row}`], verify);
        expect(problem).toMatchObject({ kind: 'ROW_EDITED', subject: id });
      }
      const missing = await tampered([`delete from transaction where id = ${row}`], verify);
      expect(missing.problem).toMatchObject({ kind: 'ROW_MISSING', subject: id });
    });

    test('an admin action that was edited or removed', async () => {
      const row = `(select id from admin_action order by id limit 1)`;
      const { id } = await one<{ id: string }>(`select ${row} as id`);
      const edited = await tampered([`update admin_action set after = '{}' where id = ${row}`], verify);
      expect(edited.problem).toMatchObject({ kind: 'ROW_EDITED', subject: id });
      const removed = await tampered([`delete from admin_action where id = ${row}`], verify);
      expect(removed.problem).toMatchObject({ kind: 'ROW_MISSING', subject: id });
    });
  });

  describe('finds every change, however small, of what a report rests on', () => {
    /** Work in hand, counters and places: nothing that a report or a proof rests on. */
    const NOT_PROVEN = new Set([
      'audit_seal.id',
      ...['page', 'sequence', 'told', 'host', 'state_reason', 'attempts', 'due_at', 'claimed_by', 'claimed_until'].map(
        (name) => `delivery.${name}`,
      ),
      ...[
        'data_key_id',
        'first_failed_at',
        'receipt_at',
        'receipt_status',
        'created_at',
        'by_hand',
        'hop',
        'unmatched',
        'behind',
      ].map((name) => `delivery.${name}`),
      // Its place in the order is what counts, and the seal has that.
      'audit_entry.xid',
    ]);
    const sealed = `(select max(until_xid) from audit_seal)`;
    const ROWS: [table: string, what: string, where: string][] = [
      ['transaction', 'that let a record out', `id = (select transaction_id from disclosure order by 1 limit 1)`],
      ['transaction', 'newest', `id = (select max(id::text)::uuid from transaction)`],
      ['delivery', 'delivered', `state = 'DELIVERED'`],
      ['admin_action', 'oldest', `id = (select min(id::text)::uuid from admin_action)`],
      ['audit_entry', 'sealed', `id = (select id from audit_entry order by xid, id limit 1)`],
      ['audit_entry', 'unsealed', `id = (select id from audit_entry where xid >= ${sealed} order by xid, id limit 1)`],
      ['audit_seal', 'in the middle', 'sequence = 2'],
      ['disclosure', 'oldest', `transaction_id = (select transaction_id from disclosure order by 1 limit 1)`],
    ];

    test.each(ROWS)('of %s, %s', async (table, _what, where) => {
      await search();
      await indexDisclosures(gateway.database);
      const found = await verify();
      expect(found.problem).toBeNull();
      const unnoticed: string[] = [];
      let changed = 0;
      for (const { column, statement } of await tamperings(gateway, table, where)) {
        const { intact } = await tampered([statement], verify);
        changed += 1;
        if (intact !== NOT_PROVEN.has(column)) unnoticed.push(column);
      }
      expect(changed).toBeGreaterThan(1);
      expect(unnoticed).toEqual([]);
    });

    test('removed: of the index of disclosures one, or all, and the access report does not say that it is complete', async () => {
      await search();
      await indexDisclosures(gateway.database);
      const complete = async () =>
        (
          await gateway.admin<{ accessReport: { complete: boolean } }>(
            `{ accessReport(registry: SOCIAL, identifier: { type: "UIN", value: "1" }, reason: "asked") { complete } }`,
          )
        ).accessReport.complete;
      expect(await complete()).toBe(true);
      const emptied = async () => ({ report: await verify(), complete: await complete() });
      const all = await tampered(['delete from disclosure'], emptied);
      expect(all.report.problem?.kind).toBe('ROW_MISSING');
      expect(all.complete).toBe(false);
      const first = `transaction_id = (select transaction_id from disclosure order by 1 limit 1)`;
      const single = await tampered([`delete from disclosure where ${first}`], verify);
      expect(single.problem?.kind).toBe('ROW_MISSING');
    });

    test('added: a row of each table that no entry speaks of', async () => {
      const other = `overlay(id::text placing 'ffff' from 20 for 4)::uuid`;
      const copies = ['transaction', 'delivery', 'admin_action'].map((table) => {
        const unique = table === 'delivery' ? `, message_id = 'another', request_id = gen_random_uuid()` : '';
        return [
          `create temp table another as select * from ${table} limit 1`,
          `update another set id = ${other}${unique}`,
          `insert into ${table} select * from another`,
          'drop table another',
        ];
      });
      for (const statements of copies)
        expect((await tampered(statements, verify)).problem).toMatchObject({ kind: 'ROW_ADDED' });
      const disclosed = `insert into disclosure select gen_random_uuid(), transaction_id from disclosure limit 1`;
      expect((await tampered([disclosed], verify)).problem).toMatchObject({ kind: 'ROW_ADDED' });
      expect((await verify()).problem).toBeNull();
    });

    test('is kept from the index of disclosures by the database itself', async () => {
      const refusal = /not changed, nor removed before/;
      await expect(gateway.database.query('delete from disclosure')).rejects.toThrow(refusal);
      await expect(gateway.database.query('update disclosure set record_id = gen_random_uuid()')).rejects.toThrow(
        refusal,
      );
      await expect(gateway.database.query('truncate disclosure')).rejects.toThrow(/never changed or removed/);
    });
  });

  test('is sealed once by many processes at a time', async () => {
    for (let count = 0; count < 5; count++) await search();
    const before = await verify();
    const results = await Promise.all(Array.from({ length: 6 }, () => sealNow(gateway.database)));
    expect(results.reduce((sum, { seals }) => sum + seals, 0)).toBe(1);
    expect(await verify()).toMatchObject({ intact: true, seals: before.seals + 1, unsealed: 0 });
  });

  test('leaves out what is not committed yet, and takes it up in the seal after', async () => {
    const client = await gateway.database.pool.connect();
    try {
      await client.query('begin');
      await client.query(
        `insert into outbox_event (id, topic, subject) select id, 'transaction', subject from audit_entry limit 1`,
      );
      await search();
      expect((await sealWhatIsDue(gateway.database)).seals).toBe(0);
    } finally {
      await client.query('rollback');
      client.release();
    }
    expect((await sealNow(gateway.database)).seals).toBe(1);
    expect((await verify()).intact).toBe(true);
  });

  test('is sealed while another database of the server has a transaction open', async () => {
    const url = new URL(gateway.databaseUrl);
    url.pathname = '/postgres';
    const elsewhere = new Client({ connectionString: url.href });
    await elsewhere.connect();
    await elsewhere.query('begin; select pg_current_xact_id()');
    await search();
    // What runs here at this very moment is waited for.
    await until(async () => (await sealWhatIsDue(gateway.database)).seals === 1);
    expect(await verify()).toMatchObject({ intact: true, unsealed: 0 });
    await elsewhere.query('rollback');
    await elsewhere.end();
  });

  test('stays provable when the signing key was rotated and the old one revoked', async () => {
    const { serverKeys } = await gateway.admin<{ serverKeys: { kid: string; state: string; use: string }[] }>(
      '{ serverKeys { kid state use } }',
    );
    const old = serverKeys.find(({ state, use }) => state === 'ACTIVE' && use === 'SIG')?.kid;
    const { generateServerKey } = await gateway.admin<{ generateServerKey: { kid: string } }>(
      'mutation { generateServerKey(algorithm: ECDSA_SHA256) { kid } }',
    );
    const kid = generateServerKey.kid;
    await gateway.admin('mutation ($kid: String!) { activateServerKey(kid: $kid) { kid } }', { kid });
    await gateway.admin('mutation ($kid: String!) { revokeServerKey(kid: $kid) { kid } }', { kid: old });
    await search();
    await sealNow(gateway.database);
    expect(await verify()).toMatchObject({ intact: true, unsealed: 0 });
  });

  test('is told by GraphQL: the seals, the seal of a transaction, whether it is whole', async () => {
    const answer = await gateway.admin<{
      auditSeals: { totalCount: number; nodes: { sequence: number; sealHash: string; signedText: string }[] };
      transactions: { nodes: { seal: { sequence: number } | null }[] };
      verifyAudit: { intact: boolean; problem: unknown };
    }>(`{ auditSeals(first: 2) { totalCount nodes { sequence sealHash signedText } }
          transactions(first: 1, orderBy: OLDEST) { nodes { seal { sequence } } }
          verifyAudit { intact problem { kind } } }`);
    expect(answer.auditSeals.nodes[0]?.sequence).toBe(answer.auditSeals.totalCount);
    expect(answer.auditSeals.nodes[0]?.signedText).toContain('dci-audit-seal-v1\n');
    expect(answer.transactions.nodes[0]?.seal).toEqual({ sequence: 1 });
    expect(answer.verifyAudit).toEqual({ intact: true, problem: null });
  });

  describe('exported', () => {
    let folder: string;
    let lines: string[];
    const python = spawnSync('python3', ['--version']).status === 0 && spawnSync('openssl', ['version']).status === 0;
    if (!python && process.env['CI']) throw new Error('python3 and openssl are needed to verify the audit export');
    const withPython = python ? test : test.skip;
    if (!python) console.warn('skipped: python3 and openssl verify the audit export where they are installed');

    const check = async (content: string[], ...options: string[]) => {
      const file = join(folder, 'audit.ndjson');
      await writeFile(file, content.join(''));
      return spawnSync('python3', [SCRIPT, ...options, file], { encoding: 'utf8' });
    };

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'audit-'));
      lines = [];
      for await (const line of exportAudit(gateway.database)) lines.push(line);
    });
    afterAll(() => rm(folder, { recursive: true }));

    withPython('says whose keys signed, whatever is printed beside it', async () => {
      const { stdout, stderr } = await check(lines, '--releases');
      expect(stderr).toMatch(/^intact: .* signed by \S+/);
      expect(stdout.split('\n').filter((line) => !/^(\{.*\})?$/.test(line))).toEqual([]);
    });

    withPython.each([['--hed=1:00'], ['--head'], ['--rel'], ['another.ndjson']])(
      'is not called intact where what was asked was not understood: %s',
      async (...options) => {
        const { status, stdout, stderr } = await check(lines, ...options);
        expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
        expect(stderr).toMatch(/error: (unrecognized arguments|the following arguments are required: file)/);
      },
    );

    withPython('verifies with public tools, over keys of two algorithms', async () => {
      const { stdout } = await check(lines);
      expect(stdout).toMatch(/^intact: \d+ seals, \d+ entries/);
      expect(execFileSync('python3', ['--version']).length).toBeGreaterThan(0);
    });

    withPython('tells what administrators did, and that a telling was edited', async () => {
      const { stdout, stderr } = await check(lines, '--acts');
      expect(stderr).toMatch(/^intact: .*, head \d+:[0-9a-f]{64}, signed by \S+/);
      const acts = stdout.trim().split('\n');
      const asked = await gateway.database.query('select 1 from admin_action');
      expect(acts).toHaveLength(asked.length);
      expect(acts.map((act) => JSON.parse(act))).toContainEqual(
        expect.objectContaining({ actor: 'bootstrap-admin', action: 'createSender', at: expect.any(String) }),
      );
      const row = lines.findIndex((line) => line.includes('"kind":"ADMIN"') && line.includes('createSender'));
      const edited = lines.with(row, lines[row]?.replace('bootstrap-admin', 'somebody-else') ?? '');
      expect((await check(edited)).stderr).toMatch(/NOT INTACT: row .* was edited/);
    });

    withPython('does not verify after any change', async () => {
      const entry = lines.findIndex((line) => line.includes('"type":"entry"'));
      const seal = lines.findLastIndex((line) => line.includes('"type":"seal"'));
      const edited = lines.with(
        entry,
        lines[entry]?.replace('\\nTRANSACTION', '\\nDELIVERY').replace('\\nADMIN', '\\nX') ?? '',
      );
      expect((await check(edited)).stderr).toMatch(/NOT INTACT: entry .* was edited/);
      expect((await check(lines.toSpliced(entry, 1))).stderr).toMatch(/not those that were sealed/);
      const forged = lines.with(seal, lines[seal]?.replace(/entries: \d+/, 'entries: 99') ?? '');
      expect((await check(forged)).stderr).toMatch(/seal \d+ was edited/);
      expect((await check([])).stderr).toMatch(/NOT INTACT: there is no seal in it/);
    });

    withPython('is not called intact without its beginning, unless that is taken on trust', async () => {
      const later: string[] = [];
      for await (const line of exportAudit(gateway.database, { from: 2 })) later.push(line);
      expect((await check(later)).stderr).toMatch(/NOT INTACT: it begins at seal 2: .*--from 2/);
      expect((await check(later, '--from', '2')).stdout).toMatch(/^intact/);
      expect((await check(lines, '--from', '2')).stderr).toMatch(/NOT INTACT: it begins at seal 1/);
    });
  });
});
