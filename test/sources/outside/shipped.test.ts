/** The files that are shipped, over made-up databases of those systems: what is served is exactly what their truth says, live and mirrored. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { createRegistries } from '../../../src/protocol/registries/registries.js';
import { proposeSource } from '../../../src/sources/outside/propose-source.js';
import { sourceRecordId } from '../../../src/sources/outside/record-id.js';
import { readSourceFile } from '../../../src/sources/outside/source-file.js';
import { startTestGateway, type TestGateway } from '../../support/gateway.js';
import { hasMariadb, startMariadb, type MariadbServer } from '../../support/mariadb.js';
import { createPartner, type Partner } from '../../support/partner.js';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.js';
import { byId, expression, find } from '../../support/search-message.js';
import type { LoadedRecord } from '../registry-database.js';
import { refusedOf } from '../questions.js';
import { until } from '../../support/until.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const MADE_UP = fileURLToPath(new URL('../../../../shared/sources/testdb/', import.meta.url));
const shipped = (name: string): string => readFileSync(new URL(`../../../sources/${name}`, import.meta.url), 'utf8');
const today = new Date().toISOString().slice(0, 10);

/** Tables, rows, and one line of truth per record that is to be served. */
function madeUp(name: string, options: string[] = []): { tables: string; rows: string; truth: unknown[] } {
  const file = join(temporaryFolder(), 'truth.ndjson');
  const rows = execFileSync(
    process.execPath,
    [join(MADE_UP, `${name}.gen.mjs`), '--rows', '400', '--truth', file, ...options],
    { encoding: 'utf8', maxBuffer: 2 ** 26, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const truth = readFileSync(file, 'utf8').trim().split('\n');
  const tables = readFileSync(join(MADE_UP, `${name}.sql`), 'utf8');
  return { tables, rows, truth: truth.map((line): unknown => JSON.parse(line)) };
}

/** By psql, since scripts hold COPY blocks. */
function load(url: string, script: string): void {
  execFileSync('psql', ['-q', '-v', 'ON_ERROR_STOP=1', url], { input: script, stdio: ['pipe', 'ignore', 'inherit'] });
}

interface Told {
  identifier_type: string;
  identifier_value: string;
}
/** What these tests look at of records of any type. */
interface Served {
  identifier?: Told[];
  group_identifier?: Told[];
  group_size?: number;
  death_date?: string;
  group_head_info?: unknown;
  enrollment_status?: string;
  farmer_personal_details?: { demographic_info: { birth_date?: string; name: { surname: string } } };
  farm_details?: { land_size: number }[];
}

interface Status {
  state: string;
  mode: string;
  served: number;
  refused: number;
  lastError: string | null;
}

let gateway: TestGateway;
let partner: Partner;
let openspp: TestDatabase;
let opencrvs: TestDatabase;
let farmers: MariadbServer | undefined;

const status = async (name: string): Promise<Status> =>
  (
    await gateway.admin<{ source: Status }>(
      `query ($name: String!) { source(name: $name) { state mode served refused lastError } }`,
      { name },
    )
  ).source;

async function apply(name: string, yaml: string): Promise<void> {
  await gateway.admin('mutation ($yaml: String!) { applySource(yaml: $yaml) { name } }', { yaml });
  await until(async () => (await status(name)).state === 'RUNNING', { seen: () => status(name), timeoutMs: 30_000 });
}

const live = (yaml: string): string =>
  yaml.replace('mode: mirror', 'mode: live').replace(/^ {4}#[^\n]*\n {4}link:.*\n/m, '');

/** The copies of a source, by id. */
async function copies(origin: string): Promise<Map<string, Served>> {
  const rows = await gateway.database.query<{ id: string; data: Served }>(
    'select id, data from registry_record where origin = $1 and deleted_at is null',
    [origin],
  );
  return new Map(rows.map(({ id, data }) => [id, data]));
}

/** Random questions to a source that is mirrored, and then live: its copies are the oracle. Gives how many were refused live. */
async function askAnything(name: string, registry: string, recordType: string, mirrored: string): Promise<number> {
  await apply(name, mirrored);
  await until(async () => (await status(name)).served > 0, { seen: () => status(name) });
  const records = await gateway.database.query<LoadedRecord>(
    `select r.id, r.registry, r.record_type as "recordType", r.id::text as "externalId", r.data,
       (select jsonb_agg(jsonb_build_object('type', i.type, 'value', i.value)) from record_identifier i
        where i.record_id = r.id) as identifiers
     from registry_record r where r.origin = $1 and r.record_type = $2 and r.deleted_at is null`,
    [name, recordType],
  );
  const definition = createRegistries().byName(registry)!;
  const sorts = ['name.surname', 'birth_date'];
  const asked = { gateway, definition, recordType, records, narrow: [], sorts, numRuns: 40 };
  expect(await refusedOf(asked)).toBe(0);
  await apply(name, live(mirrored));
  return refusedOf(asked);
}

const isHere = existsSync(MADE_UP);

(isHere ? describe : describe.skip)('shipped sources', () => {
  beforeAll(async () => {
    [openspp, opencrvs] = await Promise.all([
      createTestDatabase({ template: false }),
      createTestDatabase({ template: false }),
    ]);
    farmers = hasMariadb() ? await startMariadb() : undefined;
    gateway = await startTestGateway({
      env: {
        OPENSPP_DATABASE_URL: openspp.url,
        OPENCRVS_DATABASE_URL: opencrvs.url,
        ...(farmers && { FARMERS_DATABASE_URL: farmers.url('farmers') }),
      },
    });
    partner = await createPartner(gateway, {
      sender: { rateLimitPerMinute: 1_000_000 },
      agreements: ['SOCIAL', 'IBR', 'DR', 'CRVS', 'FR'].map((registry) => ({ registry })),
    });
  }, 120_000);
  afterAll(async () => {
    await gateway?.close();
    await Promise.all([openspp?.drop(), opencrvs?.drop(), farmers?.close()]);
  });

  describe('OpenSPP', () => {
    interface Registrant {
      key: number;
      type: 'SRPerson' | 'Group';
      identifiers: [string, string, string | null][];
      surname: string;
      given_name: string;
      second_name: string | null;
      sex: string | null;
      birth_date: string | null;
      email: string | null;
      group_size: number;
      head: number | null;
    }
    const NUMBERS: Record<string, string> = {
      national_id: 'UIN',
      passport: 'PASSPORT',
      birth_certificate: 'BRN',
      voter_id: 'VOTER_ID',
      system_id: 'MEMBER_ID',
    };
    let truth: Registrant[];
    let database: Client;

    beforeAll(async () => {
      const made = madeUp('openspp', ['--asof', today]);
      truth = made.truth as Registrant[];
      load(openspp.url, `${made.tables}\n${made.rows}\n${shipped('openspp-views.sql')}`);
      database = new Client({ connectionString: openspp.url });
      database.on('error', () => undefined);
      await database.connect();
    }, 60_000);
    afterAll(() => database?.end());

    const numbersOf = ({ identifiers }: Registrant, system: string) =>
      identifiers
        .filter(([, , expiry]) => expiry == null || expiry >= today)
        .map(([type, value]) => `${type === 'system_id' ? system : NUMBERS[type]} ${value}`)
        .toSorted();
    const told = (list: Told[] = []) => list.map((one) => `${one.identifier_type} ${one.identifier_value}`).toSorted();
    const expectPerson = (person: Served | undefined, one: Registrant): void => {
      expect(told(person?.identifier)).toEqual(numbersOf(one, 'MEMBER_ID'));
      expect(person).toMatchObject({
        name: {
          surname: one.surname,
          given_name: one.given_name,
          ...(one.second_name !== null && { second_name: one.second_name }),
        },
        ...(one.birth_date !== null && { birth_date: one.birth_date }),
        ...(one.sex !== null && { sex: one.sex }),
        ...(one.email !== null && { email: [one.email] }),
      });
    };

    test('live: persons, households and enrolments are found by their numbers', async () => {
      await apply('openspp', live(shipped('openspp.yaml')));
      for (const one of truth.filter(({ type }, index) => type === 'SRPerson' && index % 25 === 0)) {
        const [, number] = one.identifiers.find(([type]) => type === 'system_id') ?? [];
        const { records, total } = await find(partner, byId(number ?? '', {}, 'MEMBER_ID'));
        expect(total).toBe(1);
        expectPerson(records[0], one);
      }
      for (const one of truth.filter(({ type }) => type === 'Group').slice(0, 5)) {
        const { records } = await find(
          partner,
          byId(one.identifiers[0]?.[1] ?? '', { reg_record_type: 'Group' }, 'GROUP_ID'),
        );
        expect(records[0]).toMatchObject({ group_size: one.group_size });
        expect('group_head_info' in records[0]).toBe(truth.some(({ key }) => key === one.head));
      }
      const { rows } = await database.query<{ value: string; state: string }>(
        `select value, e.state from gateway.enrolment e join gateway.document d using (partner_id) where d.kind = 'national_id' and state in ('enrolled', 'exited') order by 1`,
      );
      for (const state of ['enrolled', 'exited']) {
        const number = rows.find((row) => row.state === state)?.value ?? '';
        const { records } = await find(partner, byId(number, {}, 'UIN'), 'ibr');
        const active = (records as Served[]).filter((record) => record.enrollment_status === '1');
        expect([state, active.length > 0]).toEqual([state, state === 'enrolled']);
      }
      expect(await gateway.database.query('select 1 from registry_record')).toEqual([]);
    });

    test('mirrored: exactly its truth', async () => {
      await apply('openspp', shipped('openspp.yaml'));
      const held = await copies('openspp');
      const people = truth.filter(({ type }) => type === 'SRPerson');
      for (const one of people) expectPerson(held.get(sourceRecordId('openspp', 'person', [String(one.key)])), one);
      for (const one of truth.filter(({ type }) => type === 'Group')) {
        const group = held.get(sourceRecordId('openspp', 'household', [String(one.key)]));
        expect(told(group?.group_identifier)).toEqual(numbersOf(one, 'GROUP_ID'));
        expect(group?.group_size).toBe(one.group_size);
        expect(group?.group_head_info !== undefined).toBe(people.some(({ key }) => key === one.head));
      }
      const { rows } = await database.query<{ enrolled: number }>(
        `select count(*)::int as enrolled from spp_program_membership m where m.state in ('enrolled', 'paused') and m.partner_id = any($1)`,
        [truth.map(({ key }) => key)],
      );
      expect(held.size).toBe(truth.length + (rows[0]?.enrolled ?? 0));
      expect(await status('openspp')).toMatchObject({ served: held.size, refused: 0, lastError: null });
    });

    test('asked anything, it answers as its copies do', async () => {
      expect(await askAnything('openspp', 'SOCIAL', 'SRPerson', shipped('openspp.yaml'))).toBeGreaterThan(0);
    }, 120_000);

    test('disability is served where it is installed', async () => {
      const one = truth.find(
        ({ type, identifiers }) => type === 'SRPerson' && identifiers.some(([kind]) => kind === 'national_id'),
      );
      await database.query(`
        insert into spp_vocabulary (id, name, namespace_uri, domain) values (51, '{}', 'urn:dci:cd:dr:01', 'disability'), (52, '{}', 'urn:dci:cd:dr:02', 'disability');
        insert into spp_vocabulary_code (id, vocabulary_id, code, display) values (901, 51, 'visual', '{}'), (902, 52, 'severe', '{}'), (903, 51, 'wheelchair', '{}');
        create table spp_disability_assessment (id int, registrant_id int, assessment_date date, severity_level_id int, has_disability bool, approval_state varchar, write_date timestamp);
        create table spp_disability_impairment (id int, assessment_id int, impairment_type_id int, impairment_cause_id int, severity_level_id int);
        create table spp_assistive_device (id int, registrant_id int, device_type_id int, status varchar);
        insert into spp_disability_assessment values (1, ${one?.key}, '2024-01-01', 902, true, 'approved', now()), (2, ${one?.key}, '2025-01-01', 902, false, 'draft', now());
        insert into spp_disability_impairment values (1, 1, 901, null, 902);
        insert into spp_assistive_device values (1, ${one?.key}, 903, 'needed')`);
      load(openspp.url, shipped('openspp-views.sql'));
      await apply('openspp', live(shipped('openspp.yaml')));
      const { checkSource } = await gateway.admin<{ checkSource: { warnings: { message: string }[] } }>(
        'mutation ($yaml: String!) { checkSource(yaml: $yaml) { warnings { message } } }',
        { yaml: shipped('openspp.yaml') },
      );
      const unnamed = checkSource.warnings
        .map(({ message }) => message)
        .filter((said) => said.includes('no touched_by'));
      expect(unnamed.join()).not.toContain('spp_disability');
      const [, number] = one?.identifiers.find(([kind]) => kind === 'national_id') ?? [];
      const { records } = await find(partner, byId(number ?? ''), 'dr');
      expect([records].flat()).toEqual([
        expect.objectContaining({
          disability_status: '0',
          disability_status_level: '2',
          disability_details: [expect.objectContaining({ impairment_type: '1', impairment_level: '3' })],
          disability_support: [{ assistive_technology: [{ type: '1', status: '0' }] }],
        }),
      ]);
    });
  });

  describe('OpenCRVS', () => {
    interface Registered {
      event: string;
      type: 'birth' | 'death';
      number: string;
      revoked: boolean;
      corrected: number;
      surname: string;
      given_name: string;
      second_name: string | null;
      sex: string;
      birth_date: string | null;
      death_date: string | null;
      registered_at: string;
    }
    let truth: Registered[];

    beforeAll(async () => {
      const made = madeUp('opencrvs');
      truth = made.truth as Registered[];
      load(opencrvs.url, `${made.tables}\n${made.rows}\n${shipped('opencrvs-views.sql')}`);
    }, 60_000);

    const expectPerson = (person: Served | undefined, one: Registered): void => {
      expect(person).toMatchObject({
        name: {
          surname: one.surname,
          given_name: one.given_name,
          ...(one.second_name !== null && { second_name: one.second_name }),
        },
        sex: one.sex,
        ...(one.birth_date !== null && { birth_date: one.birth_date }),
        ...(one.death_date !== null && { death_date: one.death_date }),
      });
    };

    const asked = live(shipped('opencrvs.yaml')).replaceAll(/^ {6}- \{ type: BRN, value: birth_number \}\n/gm, '');
    test('live: by registration number, corrected, and not once revoked', async () => {
      await apply('opencrvs', asked);
      const sample = [
        ...truth.slice(0, 5),
        ...truth.filter(({ revoked, corrected }) => revoked || corrected > 0),
        ...truth.filter(({ type }) => type === 'death').slice(0, 5),
      ];
      expect(new Set(sample.map(({ revoked }) => revoked))).toEqual(new Set([true, false]));
      for (const one of sample) {
        const { records } = await find(partner, byId(one.number, {}, one.type === 'birth' ? 'BRN' : 'DRN'), 'crvs');
        expect(records).toHaveLength(one.revoked ? 0 : 1);
        if (!one.revoked) expectPerson(records[0], one);
      }
    });

    test('mirrored: exactly its truth, revocations and corrections included', async () => {
      await apply('opencrvs', shipped('opencrvs.yaml'));
      const held = await copies('opencrvs');
      const standing = truth.filter(({ revoked }) => !revoked);
      for (const one of standing) expectPerson(held.get(sourceRecordId('opencrvs', one.type, [one.event])), one);
      expect(held.size).toBe(standing.length);
      expect(await status('opencrvs')).toMatchObject({ served: standing.length, refused: 0, lastError: null });
    });

    test('asked anything, it answers as its copies do', async () => {
      const unlinked = asked.replace('mode: live', 'mode: mirror');
      expect(await askAnything('opencrvs', 'CRVS', 'Person', unlinked)).toBeGreaterThan(0);
    }, 120_000);
  });

  test('OpenCRVS, mirrored: whoever dies is dead in the birth too, until the death is taken back', async () => {
    await apply('opencrvs', shipped('opencrvs.yaml').replace('every: 10s', 'every: 500ms'));
    load(opencrvs.url, madeUp('opencrvs', ['--changes', '80']).rows);
    const client = new Client({ connectionString: opencrvs.url });
    client.on('error', () => undefined);
    await client.connect();
    const linked = async () =>
      (
        await client.query<{ id: string; died: string; event: string }>(
          `select b.id, min(d.died) as died, min(d.id::text) as event from gateway.birth b
           join gateway.death d on d.birth_number = b.number
           where b.standing = 'registered' and d.standing = 'registered' group by b.id having count(*) = 1 order by 1`,
        )
      ).rows;
    const [first, ...others] = await linked();
    expect(others.length).toBeGreaterThan(1);
    const deathOf = async (id = ''): Promise<string | undefined> =>
      (await copies('opencrvs')).get(sourceRecordId('opencrvs', 'birth', [id]))?.death_date;
    const wrong = async () => {
      const births = await copies('opencrvs');
      return [first!, ...others].filter(
        ({ id, died }) => births.get(sourceRecordId('opencrvs', 'birth', [id]))?.death_date !== died,
      );
    };
    await until(async () => (await wrong()).length === 0, { timeoutMs: 20_000 }).catch(() => undefined);
    expect([await wrong(), await status('opencrvs')]).toEqual([[], expect.objectContaining({ lastError: null })]);
    await client.query(
      `insert into app.event_actions (action_type, custom_action_type, status, event_id, created_by, created_by_user_type, transaction_id)
       values ('CUSTOM', 'REVOKE_REGISTRATION', 'Accepted', $1, 'registrar', 'user', 'taken back')`,
      [first?.event],
    );
    await until(async () => (await deathOf(first?.id)) === undefined, { seen: () => status('opencrvs') });
    expect(await deathOf(others[0]?.id)).toBe(others[0]?.died);
    await client.end();
  }, 120_000);

  interface Farmer {
    key: string;
    identifiers: [string, string][];
    birth_date: string | null;
    plots: [number, number, string | null][];
  }

  (isHere && hasMariadb() ? describe : describe.skip)('a farmer registry in MariaDB', () => {
    let truth: Farmer[];
    const farmer = async (key: string): Promise<Served | undefined> =>
      ([(await find(partner, byId(key, {}, 'FARMER_ID'), 'fr')).records] as Served[]).flat()[0];
    const expectFarmer = (record: Served | undefined, { birth_date: born, plots }: Farmer): void => {
      expect(record?.farmer_personal_details?.demographic_info.birth_date).toBe(born ?? undefined);
      expect(record).toBeDefined();
      expect((record?.farm_details ?? []).map((plot) => plot.land_size)).toEqual(
        plots.filter(([, , unit]) => unit !== null).map(([, size]) => size),
      );
    };

    beforeAll(async () => {
      const made = madeUp('farmers-mariadb');
      truth = made.truth as Farmer[];
      await farmers?.run('create database farmers');
      for (const part of [made.tables, made.rows, shipped('farmers-views.sql')]) await farmers?.run(part, 'farmers');
    }, 60_000);

    test('live: by both numbers, and a number that two have is nobody’s', async () => {
      await apply('farmers', live(shipped('farmers.yaml')));
      for (const one of truth.filter((_, index) => index % 20 === 0)) expectFarmer(await farmer(one.key), one);
      const holders = Map.groupBy(
        truth.flatMap(({ identifiers }) => identifiers).filter(([type]) => type === 'NID'),
        ([, value]) => value,
      );
      const [[twice] = [''], [once] = ['']] = [2, 1].map(
        (count) => [...holders].find(([, all]) => all.length === count) ?? [''],
      );
      expect((await find(partner, byId(once, {}, 'UIN'), 'fr')).total).toBe(1);
      expect((await find(partner, byId(twice, {}, 'UIN'), 'fr')).total).toBe(0);
      const keys = truth.slice(0, 60).map(({ key }) => key);
      const meant = truth.filter(
        ({ key, identifiers }) => keys.includes(key) || identifiers.some(([, value]) => value === once),
      );
      const listed = expression({ $or: [{ FARMER_ID: { $in: keys } }, { UIN: { $in: [once, twice] } }] });
      expect((await find(partner, listed, 'fr')).total).toBe(meant.length);
    });

    test('mirrored: is served whole', async () => {
      await apply('farmers', shipped('farmers.yaml').replace('every: 60s', 'every: 1s'));
      expect(await status('farmers')).toMatchObject({ served: truth.length, refused: 0, lastError: null });
      for (const one of truth.filter((_, index) => index % 20 === 0)) expectFarmer(await farmer(one.key), one);
    });

    test('is drafted from its columns, by an address that does not tell MariaDB from MySQL', async () => {
      const { yaml } = await proposeSource(farmers?.url('farmers') ?? '', 'dci_farmer', 'FR', createRegistries());
      expect(readSourceFile(yaml, createRegistries())).toMatchObject({
        errors: [],
        file: { source: { kind: 'mysql' } },
      });
      expect(yaml).not.toContain('secret');
    });

    test('is followed by its own clock', async () => {
      const [district, code] = (truth[0]?.key ?? '').split('-');
      await farmers?.run(
        `update tbl_farmer set L_NAME = 'Changed' where DIST_CD = '${district}' and FRM_CODE = '${code}'`,
        'farmers',
      );
      const surname = async () =>
        (await farmer(truth[0]?.key ?? ''))?.farmer_personal_details?.demographic_info.name.surname;
      await until(async () => (await surname()) === 'Changed', { seen: () => status('farmers') });
      expect(await status('farmers')).toMatchObject({ state: 'RUNNING', served: truth.length });
    });
  });
});
