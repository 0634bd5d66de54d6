/** The steps of CONTRIBUTING.md, "A further registry", and nothing else; then it is served as the others are. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFINITIONS } from '../../src/protocol/registries/registries.js';
import { DEMO_RECORDS } from '../../src/sources/demo-data.js';
import { identifier, personOf } from '../../src/sources/demo.parts.js';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import type { TestGateway } from '../support/gateway.js';
import type { Partner } from '../support/partner.js';
import { SCHOOL } from './school.registry.js';

// Step 2, the line of wiring.
DEFINITIONS.push(SCHOOL);
// Step 3, the line of demo data.
DEMO_RECORDS['SCHOOL'] = (household) =>
  household.persons.slice(2).map((person) => ({
    recordType: 'Pupil',
    key: person.uin,
    data: {
      ...personOf(household, person),
      identifier: [identifier('UIN', person.uin), identifier('PUPIL_NO', `P${person.uin}`)],
      school_name: `School of ${household.town}`,
      school_year: 3,
      level: '1',
    },
  }));

// What stands to the right of the definitions reads them as it loads.
const { startTestGateway } = await import('../support/gateway.js');
const { statementsOf } = await import('../support/statements.js');
const { createPartner } = await import('../support/partner.js');
const { byId, expression, find, searchFor } = await import('../support/search-message.js');

let gateway: TestGateway;
let partner: Partner;
let dataDir: string;
let pupil: { identifiers: { type: string; value: string }[]; data: JsonObject };

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'further-'));
  gateway = await startTestGateway({ env: { SEED: 'demo', DATA_DIR: dataDir, EXACT_TOTALS: '50' } });
  partner = await createPartner(gateway, { sender: { registries: ['SCHOOL'] }, agreements: [{ registry: 'SCHOOL' }] });
  const { records } = await gateway.admin<{ records: { nodes: (typeof pupil)[] } }>(
    '{ records(registry: SCHOOL, first: 1) { nodes { identifiers { type value } data } } }',
  );
  pupil = records.nodes[0] as typeof pupil;
}, 60_000);
afterAll(async () => {
  await gateway?.close();
  await rm(dataDir, { recursive: true, force: true });
});

const number = () => pupil.identifiers.find(({ type }) => type === 'PUPIL_NO')?.value ?? '';

test('searches by its own identifier type, under its own paths', async () => {
  for (const path of ['school', 'pupils']) {
    const { answer, records, item } = await find(partner, byId(number(), {}, 'pupil_no'), path);
    expect(answer.status).toBe(200);
    expect(item.data).toMatchObject({ reg_type: 'ns:org:RegistryType:School', reg_record_type: 'Pupil' });
    expect(records).toMatchObject([{ '@type': 'Pupil', school_year: 3, level: '1' }]);
  }
  expect((await find(partner, byId('nobody', {}, 'pupil_no'), 'school')).total).toBe(0);
});

test('searches and sorts by its own attributes, codes by code and label', async () => {
  const sort = [{ attribute_name: 'school', sort_order: 'desc' }];
  const all = await find(partner, expression({ level: { $eq: '1' } }, { sort }), 'school');
  const labelled = await find(partner, expression({ level: { $eq: 'Primary' } }, { sort }), 'school');
  expect(all.item.pagination).toMatchObject({ total_count: 50, total_count_exact: false });
  expect(labelled.records).toEqual(all.records);
  const schools = all.records.map(({ school_name: name }: { school_name: string }) => name);
  expect(schools).toEqual(schools.toSorted((one: string, other: string) => (one < other ? 1 : -1)));
  expect((await find(partner, expression({ school_year: { $gt: 3 } }), 'school')).total).toBe(0);
  const foreign = await find(partner, expression({ poverty_score: { $gt: 3 } }), 'school');
  expect(foreign.item).toMatchObject({ status: 'rjct', status_reason_code: 'rjct.filter.invalid' });
});

test('has columns of its own for what is searched, and totals that are exact up to their bound', async () => {
  const years = (value: number) => expression({ school_year: { $lte: value } });
  let none: JsonObject = {};
  const sent = await statementsOf(gateway.database, async () => {
    none = (await find(partner, years(2), 'school')).item.pagination;
  });
  expect(sent.some((text) => /from searched_record_\d+ s/i.test(text))).toBe(true);
  expect(none).toEqual({ page_size: 20, page_number: 1, total_count: 0 });
  const last = await find(
    partner,
    expression({ level: '1' }, { pagination: { page_size: 20, page_number: 4 } }),
    'school',
  );
  expect(last.item.pagination).toMatchObject({ total_count: 81, total_count_exact: false });
  const few = await createPartner(gateway, {
    sender: { registries: ['SCHOOL'], suppressCountsBelow: 60 },
    agreements: [{ registry: 'SCHOOL' }],
  });
  expect((await find(few, years(3), 'school')).item.pagination).toMatchObject({
    total_count: 60,
    total_count_exact: false,
  });
});

test('takes the graphql query type, whose selection is the projection', async () => {
  const query = (text: string) =>
    searchFor({ query_type: 'graphql', query: { type: 'graphql', value: { expression: text } } });
  const { records } = await find(partner, query(`{ pupil(PUPIL_NO: "${number()}") { school_year level } }`), 'school');
  expect(records).toEqual([expect.objectContaining({ school_year: 3, level: '1' })]);
  expect(records[0]).not.toHaveProperty('name');
  const { item } = await find(partner, query('{ person { sex } }'), 'school');
  expect(item).toMatchObject({ status: 'rjct' });
});

test('is asked in the short form, written to by an administrator, and documented', async () => {
  const { body } = await partner.postHttpSigned('/dci/v1/verify', {
    transaction_id: randomUUID(),
    sender_id: partner.senderId,
    registry: 'school',
    verify: { pupil_no: number(), school_year: 3, level: 'Secondary' },
  });
  expect(body).toMatchObject({ found: true, verified: { school_year: true, level: false } });
  const graduate = (data: JsonObject) =>
    gateway.graphql(
      `mutation ($records: [RecordInput!]!) { upsertRecords(registry: SCHOOL, records: $records) { inserted refused } }`,
      {
        records: [
          {
            recordType: 'Student',
            identifiers: [{ type: 'PUPIL_NO', value: 'P-new' }],
            data,
            eventType: 'graduation',
          },
        ],
      },
    );
  expect(await graduate({ level: 'Secondary' })).toEqual({ data: { upsertRecords: { inserted: 1, refused: 0 } } });
  expect(await graduate({ level: 'Kindergarten' })).toEqual({ data: { upsertRecords: { inserted: 0, refused: 1 } } });
  const events = await gateway.database.query(`select event_type from registry_event where registry = 'SCHOOL'`);
  expect(events).toEqual([{ event_type: 'Graduation' }]);
  const { paths } = (await (await fetch(`${gateway.url}/dci/v1/openapi.json`)).json()) as { paths: object };
  expect(Object.keys(paths)).toContain('/dci/v1/school/registry/sync/search');
  expect(Object.keys(paths)).not.toContain('/dci/v1/school/registry/sync/disabled');
});

test('opens nothing to a partner of another registry', async () => {
  const other = await createPartner(gateway, { sender: { registries: ['SOCIAL'] } });
  const { answer } = await find(other, byId(number(), {}, 'pupil_no'), 'school');
  expect(answer.status).toBe(403);
  expect(answer.body.errors[0].code).toBe('err.request.forbidden');
});
