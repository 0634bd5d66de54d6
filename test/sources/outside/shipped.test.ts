/** The files that are shipped, over made-up databases of those systems: what is served is exactly what their truth says. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRegistries } from '../../../src/protocol/registries/registries.js';
import { proposeSource } from '../../../src/sources/outside/propose-source.js';
import { readSourceFile } from '../../../src/sources/outside/source-file.js';
import { startTestGateway, type TestGateway } from '../../support/gateway.js';
import { hasMariadb, startMariadb, type MariadbServer } from '../../support/mariadb.js';
import { createPartner, type Partner } from '../../support/partner.js';
import { byId, find } from '../../support/search-message.js';
import { until } from '../../support/until.js';

const MADE_UP = fileURLToPath(new URL('../../../../shared/sources/testdb/', import.meta.url));
const shipped = (name: string): string => readFileSync(new URL(`../../../sources/${name}`, import.meta.url), 'utf8');

interface Farmer {
  key: string;
  birth_date: string | null;
  plots: [number, number, string | null][];
}

interface Served {
  farmer_personal_details: { demographic_info: { birth_date?: string; name: { surname: string } } };
  farm_details?: { land_size: number }[];
}

(existsSync(MADE_UP) && hasMariadb() ? describe : describe.skip)('a farmer registry in MariaDB', () => {
  let server: MariadbServer;
  let gateway: TestGateway;
  let partner: Partner;
  let truth: Farmer[];

  const status = async () =>
    (
      await gateway.admin<{ source: { state: string; served: number; refused: number; lastError: string | null } }>(
        `{ source(name: "farmers") { state served refused lastError } }`,
      )
    ).source;
  const farmer = async (key: string): Promise<Served> =>
    [(await find(partner, byId(key, {}, 'FARMER_ID'), 'fr')).records].flat()[0];

  beforeAll(async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'farmers-')), 'truth.ndjson');
    const generator = join(MADE_UP, 'farmers-mariadb.gen.mjs');
    const rows = execFileSync(process.execPath, [generator, '--rows', '400', '--truth', file], {
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    truth = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Farmer);
    server = await startMariadb();
    await server.run('create database farmers');
    for (const part of [readFileSync(join(MADE_UP, 'farmers-mariadb.sql'), 'utf8'), rows, shipped('farmers-views.sql')])
      await server.run(part, 'farmers');
    gateway = await startTestGateway({ env: { FARMERS_DATABASE_URL: server.url('farmers') } });
    partner = await createPartner(gateway, {
      sender: { rateLimitPerMinute: 1_000_000 },
      agreements: [{ registry: 'FR' }],
    });
    await gateway.admin('mutation ($yaml: String!) { applySource(yaml: $yaml) { name } }', {
      yaml: shipped('farmers.yaml').replace('every: 60s', 'every: 1s'),
    });
    await until(async () => (await status()).state === 'RUNNING', { seen: status });
  }, 120_000);
  afterAll(async () => {
    await gateway?.close();
    await server?.close();
  });

  test('is served whole', async () => {
    expect(await status()).toEqual({ state: 'RUNNING', served: truth.length, refused: 0, lastError: null });
    for (const { key, birth_date: born, plots } of truth.filter((_, index) => index % 20 === 0)) {
      const record = await farmer(key);
      expect(record.farmer_personal_details.demographic_info.birth_date).toBe(born ?? undefined);
      const sizes = (record.farm_details ?? []).map((plot) => plot.land_size);
      expect(sizes).toEqual(plots.filter(([, , unit]) => unit !== null).map(([, size]) => size));
    }
  });

  test('is drafted from its columns, by an address that does not tell MariaDB from MySQL', async () => {
    const { yaml } = await proposeSource(server.url('farmers'), 'dci_farmer', 'FR', createRegistries());
    expect(readSourceFile(yaml, createRegistries())).toMatchObject({ errors: [], file: { source: { kind: 'mysql' } } });
    expect(yaml).not.toContain('secret');
  });

  test('is followed by its own clock', async () => {
    const [first] = truth;
    const [district, code] = (first?.key ?? '').split('-');
    await server.run(
      `update tbl_farmer set L_NAME = 'Changed' where DIST_CD = '${district}' and FRM_CODE = '${code}'`,
      'farmers',
    );
    const surname = async (): Promise<string> =>
      (await farmer(first?.key ?? '')).farmer_personal_details.demographic_info.name.surname;
    await until(async () => (await surname()) === 'Changed', { seen: status });
    expect(await status()).toMatchObject({ state: 'RUNNING', served: truth.length });
  });
});
