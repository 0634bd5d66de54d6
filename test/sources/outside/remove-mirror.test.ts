/** Removing a mirror, whose copies may be as many as a country has persons. */
import { Client } from 'pg';
import { startTestGateway } from '../../support/gateway.js';
import { createTestDatabase } from '../../support/postgres.js';
import { until } from '../../support/until.js';

const YAML = `version: 1
source: { name: school, kind: postgres, url: "\${SCHOOL_DATABASE_URL}" }
capture: { by: watermark, column: changed, sweep: 1h }
records:
  - registry: SOCIAL
    type: SRPerson
    from: pupil
    key: number
    fields: { name.surname: surname }
    identifiers: [{ type: UIN, value: uin }]
`;
const LIMIT_MS = 1000;

test('takes longer than a statement may otherwise', async () => {
  await using opened = new AsyncDisposableStack();
  const outside = await createTestDatabase({ template: false });
  opened.defer(() => outside.drop());
  const school = new Client({ connectionString: outside.url });
  await school.connect();
  await school.query(`create table pupil (number int primary key, surname text, uin text, changed timestamptz default now());
    insert into pupil values (1, 'One', 'u1')`);
  await school.end();
  const gateway = await startTestGateway({
    env: { SCHOOL_DATABASE_URL: outside.url, DB_STATEMENT_TIMEOUT_MS: String(LIMIT_MS) },
  });
  opened.defer(() => gateway.close());
  await gateway.admin('mutation ($yaml: String!) { applySource(yaml: $yaml) { name } }', { yaml: YAML });
  await until(
    async () =>
      (await gateway.admin<{ source: { state: string } }>('{ source(name: "school") { state } }')).source.state ===
      'RUNNING',
  );
  const other = new Client({ connectionString: gateway.databaseUrl });
  await other.connect();
  opened.defer(() => other.end());
  await other.query('begin');
  await other.query(`select 1 from registry_record where origin = 'school' for update`);
  let isOver = false;
  const removing = gateway.graphql('mutation { removeSource(name: "school") { name } }').finally(() => (isOver = true));
  const waiting = () =>
    gateway.database.query(
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
         and now() - query_start > make_interval(secs => $1)`,
      [(LIMIT_MS * 1.5) / 1000],
    );
  await until(async () => isOver || (await waiting()).length > 0);
  await other.query('rollback');
  expect(await removing).toEqual({ data: { removeSource: { name: 'school' } } });
  expect(await gateway.database.query('select 1 from registry_record where deleted_at is null')).toEqual([]);
}, 60_000);
