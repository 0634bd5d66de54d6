/** What docs/operators.md has operators type, typed here: a backup and back, a new master key, a database failed over. */
import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { indexDisclosures } from '../../src/entities/audit/disclosure.repository.js';
import { rememberPurged } from '../../src/entities/queues/tail.repository.js';
import { createLog } from '../../src/platform/log.js';
import { verifyAudit } from '../../src/use-cases/audit/verify-audit.js';
import { buildCli, dci, type CliResult } from '../support/cli.js';
import { hasDebianPostgres, startDrill, type Drill } from '../support/debian-postgres.js';
import { dciCommands, ROOT, shellBlocks } from '../support/documents.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { openLive } from '../support/live-client.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';
import { SEALED_BY_TEST, sealNow } from '../support/seal.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';
import { upsertInto } from '../subscriptions/subscriptions.js';

const told = shellBlocks('docs/operators.md').map(({ script }) => script);
const typed = new Set<string>();
const PERSON = 'UIN-1';
const FOLLOW = `subscription ($after: String) { transactionChanged(after: $after) { transaction { sender { senderId } } } }`;
const REPORT = `{ accessReport(registry: SOCIAL, identifier: { type: "UIN", value: "${PERSON}" }, reason: "a drill") {
  disclosures { senderId } } }`;
const COUNT_ON = 'do $$ begin for i in 1..1000 loop perform pg_current_xact_id(); commit; end loop; end $$';
const NEW_KEY = randomBytes(32).toString('base64');

(hasDebianPostgres() ? describe : describe.skip)('an operator', () => {
  let drill: Drill;
  let urls: Record<'DATABASE_URL' | 'MAINTENANCE_URL' | 'RESTORED_URL' | 'PRIMARY_URL', string>;
  /** The address that follows the primary. */
  const address = { host: '127.0.0.1', port: 0 };
  let proxy: TcpProxy;
  let gateway: TestGateway;
  let partner: Partner;
  let standby: number;

  const block = (word: string): string => {
    const found = told.filter((script) => script.includes(word));
    expect(found).toHaveLength(1);
    typed.add(found[0] ?? '');
    return found[0] ?? '';
  };
  const urlAt = (port: number, database: string) => `postgres://postgres@127.0.0.1:${port}/${database}`;
  const search = async (value: string) =>
    (await partner.send('social/registry/sync/search', 'search', searchById(value))).status;
  /** As an operator notes it. */
  const headNow = async (): Promise<string> => {
    await sealNow(gateway.database);
    const { head } = await verifyAudit(gateway.database);
    return `${head?.sequence}:${head?.sealHash}`;
  };
  const verify = (url: string, head: string): Promise<CliResult> => {
    const [words = []] = dciCommands(block('verify-audit'));
    const args = words.map((word) => (word === '"$HEAD"' ? head : word));
    return dci(args, { env: { DATABASE_URL: url }, cwd: drill.folder });
  };

  beforeAll(async () => {
    await buildCli();
    drill = startDrill();
    for (const data of ['primary', 'fresh'])
      await drill.run(`initdb --pgdata=${data} --auth=trust --username=postgres --encoding=UTF8 --locale=C.UTF-8 -N`);
    // It has counted further than the server that the dump is restored into will for years.
    await drill.run('pg_resetwal --epoch=1 --pgdata=primary');
    address.port = await drill.serve('primary');
    const fresh = await drill.serve('fresh');
    urls = {
      DATABASE_URL: urlAt(address.port, 'gateway'),
      PRIMARY_URL: urlAt(address.port, 'postgres'),
      MAINTENANCE_URL: urlAt(fresh, 'postgres'),
      RESTORED_URL: urlAt(fresh, 'gateway_restored'),
    };
    await drill.run('createdb --maintenance-db="$PRIMARY_URL" gateway', urls);
    proxy = await startTcpProxy(address);
    gateway = await startTestGateway({ databaseUrl: urlAt(proxy.port, 'gateway'), env: SEALED_BY_TEST });
    partner = await createPartner(gateway);
  }, 120_000);
  afterAll(async () => {
    await gateway?.close();
    await proxy?.close();
    await drill?.close();
  });

  test('dumps the database and has it back, and a head says whether anything is missing', async () => {
    await upsertInto(gateway, 'SOCIAL', 'Person', { id: PERSON });
    expect(await search(PERSON)).toBe(200);
    await indexDisclosures(gateway.database);
    expect(await search(PERSON)).toBe(200);
    expect(await search('in the dump')).toBe(200);
    // What else may hold a number of a commit; and a seal reaches as far as the server has counted, not the last entry.
    await rememberPurged(gateway.database, 'outbox_event');
    await gateway.database.query('update searched_layout set filled_at = null, ready_at = null');
    await gateway.database.query(COUNT_ON);
    const [before] = [await headNow(), await drill.run(block('pg_dump'), urls)];
    expect(statSync(join(drill.folder, 'gateway.dump')).mode & 0o777).toBe(0o600);
    expect(await search('after the dump')).toBe(200);
    const after = await headNow();
    expect(await verify(urls.RESTORED_URL, before)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^The audit is whole/),
    });
    expect(await verify(urls.RESTORED_URL, after)).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^The audit is broken/),
    });
  });

  test('goes on in what was restored, though its server counts commits from the start', async () => {
    const restored = await startTestGateway({ databaseUrl: urls.RESTORED_URL, env: SEALED_BY_TEST });
    const live = openLive(restored.url);
    try {
      const { services, database } = restored;
      const another = await createPartner(restored);
      const cursor = await services.tail.cursor();
      const asked = await another.send('social/registry/sync/search', 'search', searchById(PERSON));
      expect(asked).toMatchObject({ status: 200, body: { header: { status: 'succ' } } });
      const [change] = await live.take<{ transactionChanged: object }>(FOLLOW, { after: cursor }, 1);
      expect(change?.transactionChanged).toEqual({ transaction: { sender: { senderId: another.senderId } } });
      const { accessReport } = await restored.admin<{ accessReport: { disclosures: { senderId: string }[] } }>(REPORT);
      const { senderId } = partner;
      expect(accessReport.disclosures.map((one) => one.senderId)).toEqual([another.senderId, senderId, senderId]);
      await sealNow(database);
      expect(await verifyAudit(database)).toMatchObject({ intact: true, unsealed: 0, problem: null });
      expect(await database.query('select from searched_layout where ready_at is null')).toEqual([]);
    } finally {
      await live.close();
      await restored.close();
    }
  });

  test('replaces the master key in three rollouts, on what was restored', async () => {
    const lines: string[] = [];
    const log = createLog('info', { write: (line: string) => void lines.push(line) });
    const start = (env: Record<string, string>) => startTestGateway({ databaseUrl: urls.RESTORED_URL, env, log });
    const readsStored = async (one: TestGateway): Promise<number> => {
      const { transactions } = await one.admin<{ transactions: { nodes: { requestData: unknown }[] } }>(
        '{ transactions { nodes { requestData(reason: "a drill") } } }',
      );
      return transactions.nodes.filter(({ requestData }) => JSON.stringify(requestData).includes('in the dump')).length;
    };
    const rollouts = rolloutsOf({ old: SEALED_BY_TEST.MASTER_KEY, new: NEW_KEY });
    expect(rollouts).toHaveLength(3);
    for (const env of rollouts) {
      lines.length = 0;
      const rolled = await start(env);
      expect([env, await readsStored(rolled)]).toEqual([env, 1]);
      if (env === rollouts[1])
        await until(async () => {
          // Unknown until the job store is there.
          await rolled.graphql('mutation { runJob(name: "rewrap-keys") { name } }');
          return lines.some((line) => line.includes('every key is under MASTER_KEY'));
        });
      // Once it is done nobody runs it any more, and no alert waits for it.
      await until(async () => {
        const metrics = await (await fetch(`${rolled.url}/metrics`)).text();
        const standing = (job: string) => metrics.includes(`dci_job_finished_timestamp_seconds{job="${job}"}`);
        return standing('seal-audit') && standing('rewrap-keys') === (env !== rollouts[2]);
      });
      await rolled.close();
    }
    await expect(start({ MASTER_KEY: SEALED_BY_TEST.MASTER_KEY })).rejects.toThrow(/MASTER_KEY/);
  });

  test('fails the database over: every door says so meanwhile, and nobody restarts anything', async () => {
    await drill.run(block('pg_basebackup'), { ...urls, STANDBY: 'standby' });
    standby = await drill.serve('standby');
    const head = await headNow();
    const position = async (port: number, of: string) =>
      drill.run(`psql -Atc "select ${of}" '${urlAt(port, 'postgres')}'`);
    const written = await position(address.port, 'pg_current_wal_flush_lsn()');
    await until(async () =>
      (await position(standby, `pg_last_wal_replay_lsn() >= '${written.trim()}'`)).startsWith('t'),
    );
    await drill.run('pg_ctl stop --silent --pgdata=primary --mode=immediate');
    const ready = async () => (await fetch(`${gateway.url}/readyz`)).status;
    await until(async () => (await ready()) === 503);
    const { status, headers } = await partner.send('social/registry/sync/search', 'search', searchById('meanwhile'));
    expect([status, headers.has('retry-after')]).toEqual([503, true]);
    await drill.run(block('pg_ctl promote'), { STANDBY: 'standby' });
    address.port = standby;
    await until(async () => (await ready()) === 200);
    expect(await search('after the switch')).toBe(200);
    const whole = await verify(urlAt(standby, 'gateway'), head);
    expect(whole).toMatchObject({ code: 0, stdout: expect.stringMatching(/^The audit is whole/) });
    await headNow();
  });

  test('has typed all that the page shows', () => {
    expect(told.filter((script) => !typed.has(script))).toEqual([]);
  });
});

/** The settings of each rollout, as docs/operations.md lists them. */
function rolloutsOf(keys: Record<string, string>): Record<string, string>[] {
  const page = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');
  return [...page.matchAll(/^\d\. (`MASTER_KEY=.*?)(?::| alone)/gm)].map(([, line = '']) =>
    Object.fromEntries([...line.matchAll(/`(\w+)=(\w+)`/g)].map(([, name = '', key = '']) => [name, keys[key] ?? ''])),
  );
}
