import { attributesOf } from '../../src/protocol/registries/attributes.js';
import { normalizeRecord } from '../../src/protocol/registries/records/normalize.js';
import { isObject } from '../../src/platform/plain-object.js';
import { createRegistries } from '../../src/protocol/registries/registries.js';
import { SOCIAL } from '../../src/protocol/registries/social/social.registry.js';
import { DEMO_RECORDS, demoRecords, type DemoRecord } from '../../src/sources/demo-data.js';
import { REGIONS } from '../../src/sources/demo.names.js';

const registries = createRegistries();
const records = [...demoRecords(1000)];
const of = (registry: string, recordType: string) =>
  records.filter((record) => record.registry === registry && record.recordType === recordType);
const valueOf = (record: DemoRecord, type: string) => record.identifiers.find((one) => one.type === type)?.value;
const byUin = (registry: string, recordType: string, uin: string) =>
  of(registry, recordType).find((record) => valueOf(record, 'UIN') === uin);

/** Values at a dotted path, lists crossed. */
const at = (value: unknown, path: string): unknown[] => {
  const step = (from: unknown, name: string): unknown[] =>
    Array.isArray(from) ? from.flatMap((one) => step(one, name)) : [isObject(from) ? from[name] : undefined];
  return path
    .split('.')
    .reduce<unknown[]>((values, name) => values.flatMap((one) => step(one, name)), [value])
    .flat()
    .filter((one) => one !== undefined);
};

test('every record is in the form that normalizeRecord writes, and carries identifiers', () => {
  for (const { registry, recordType, data, identifiers } of records) {
    expect(normalizeRecord(registries.byName(registry)!, recordType, data)).toEqual(data);
    expect(identifiers.length).toBeGreaterThan(0);
  }
});

test('the same number of persons gives the same records, and a larger number only adds households', () => {
  expect([...demoRecords(1000)]).toEqual(records);
  const few = [...demoRecords(50)];
  expect(records.slice(0, 100)).toEqual(few.slice(0, 100));
  expect([...demoRecords(300, [SOCIAL])]).toEqual(
    [...demoRecords(300)].filter(({ registry }) => registry === 'SOCIAL'),
  );
});

test.each([1, 2, 7, 50])('%i persons are that many in the social and civil registries', (persons) => {
  const some = [...demoRecords(persons)];
  expect(some.filter(({ recordType }) => recordType === 'SRPerson')).toHaveLength(persons);
  expect(some.filter(({ registry }) => registry === 'CRVS')).toHaveLength(persons);
});

test('nothing is asked of chance that is not seeded: records come lazily and in bounded time', () => {
  const first = demoRecords(100_000_000).next();
  expect(first.value).toMatchObject({ externalId: 'SRPerson:847951632' });
});

test('external ids are unique within a registry, UINs within a record type', () => {
  const ids = records.map(({ registry, externalId }) => `${registry} ${externalId}`);
  expect(new Set(ids).size).toBe(ids.length);
  const uins = of('CRVS', 'Person').map((record) => valueOf(record, 'UIN'));
  expect(new Set(uins).size).toBe(1000);
});

test('the two known persons are there, in the registries where examples look for them', () => {
  const known = { name: { surname: 'Phumchai', given_name: 'Sudarat', prefix: 'Dr.', suffix: 'PhD' } };
  expect(byUin('SOCIAL', 'SRPerson', '847951632')?.data).toMatchObject(known);
  expect(byUin('CRVS', 'Person', '847951632')?.data).toMatchObject(known);
  expect(byUin('DR', 'DisabledPerson', '847951632')?.data).toMatchObject({ disability_status: '0' });
  expect(byUin('FR', 'Farmer', '847951632')).toBeDefined();
  const enrolment = { enrollment_status: '1', programme_identifier: [{ programme_identifier: 'DCI001' }] };
  expect(byUin('IBR', 'Beneficiary', '847951632')?.data).toMatchObject(enrolment);
  expect(byUin('ESS', 'Beneficiary', '847951632')?.data).toMatchObject({
    enrollment_status: '1',
    member: { employment_info: [{ job_title: 'Farm worker' }] },
  });
  for (const [registry, type] of [
    ['SOCIAL', 'SRPerson'],
    ['CRVS', 'Person'],
  ] as const) {
    const person = byUin(registry, type, '123456789');
    expect(person?.data).toMatchObject({ birth_date: '1985-05-20' });
    expect(person?.data).not.toHaveProperty('death_date');
  }
});

test('the registries tell the same of a person', () => {
  const civil = new Map(of('CRVS', 'Person').map((record) => [valueOf(record, 'UIN'), record.data]));
  const persons: [string, string, string][] = [
    ['SOCIAL', 'SRPerson', ''],
    ['SOCIAL', 'Member', 'demographic_info.'],
    ['DR', 'DisabledPerson', 'personal_details.demographic_info.'],
    ['FR', 'Farmer', 'farmer_personal_details.demographic_info.'],
    ['IBR', 'Member', 'demographic_info.'],
    ['ESS', 'ESSPerson', ''],
    ['ESS', 'Member', 'demographic_info.'],
  ];
  for (const [registry, type, prefix] of persons) {
    expect(of(registry, type).length).toBeGreaterThan(20);
    for (const record of of(registry, type)) {
      const same = civil.get(valueOf(record, 'UIN'))!;
      for (const path of ['name', 'sex', 'birth_date', 'death_date', 'address'])
        expect(at(record.data, prefix + path)).toEqual(at(same, path));
    }
  }
});

test('births, deaths, marriages and parents are consistent', () => {
  const civil = of('CRVS', 'Person');
  const uins = new Set(civil.map((record) => valueOf(record, 'UIN')));
  const dead = civil.filter((record) => valueOf(record, 'DRN') !== undefined);
  expect(dead.length).toBeGreaterThan(20);
  const outOfOrder = civil.filter(({ data }) => {
    const days = (path: string) => at(data, path).map(String);
    const events = [
      ['2026'],
      days('death_date'),
      days('divorce_date'),
      days('marriage_date'),
      days('birth_date'),
    ].flat();
    return events.some((day, index) => index > 0 && day >= events[index - 1]!);
  });
  expect(outOfOrder).toEqual([]);
  for (const record of civil) {
    expect(valueOf(record, 'BRN')).toBeDefined();
    expect('death_date' in record.data).toBe(dead.includes(record));
    const parents = ['parent1_identifier', 'parent2_identifier'].flatMap((path) =>
      at(record.data, `${path}.identifier_value`),
    );
    expect(parents.map(String).filter((parent) => !uins.has(parent))).toEqual([]);
  }
  const marriages = Map.groupBy(
    civil.flatMap((record) => valueOf(record, 'MRN') ?? []),
    (number) => number,
  );
  expect([...marriages.values()].some((couple) => couple.length === 2)).toBe(true);
  expect([...marriages.values()].every((couple) => couple.length <= 2)).toBe(true);
});

test('the dead are no members, have no disability record, and their enrolments are closed', () => {
  const dead = new Set(of('CRVS', 'Person').flatMap((one) => (valueOf(one, 'DRN') ? [valueOf(one, 'UIN')] : [])));
  for (const [registry, type] of [
    ['SOCIAL', 'Member'],
    ['DR', 'DisabledPerson'],
    ['IBR', 'Member'],
  ] as const)
    expect(of(registry, type).filter((record) => dead.has(valueOf(record, 'UIN')))).toEqual([]);
  const closed = of('IBR', 'Beneficiary').filter((record) => dead.has(valueOf(record, 'UIN')));
  expect(closed.length).toBeGreaterThan(0);
  expect(new Set(closed.map(({ data }) => data.enrollment_status))).toEqual(new Set(['2']));
});

test('every region, sex and kind of score occurs, and text is not ASCII only', () => {
  const groups = of('SOCIAL', 'Group').map(({ data }) => data);
  expect(new Set(groups.flatMap((data) => at(data, 'address.region_code')))).toEqual(
    new Set(REGIONS.map(({ code }) => code)),
  );
  const scores = groups.map(({ poverty_score: score }) => Number(score));
  expect(Math.min(...scores)).toBeGreaterThanOrEqual(0);
  expect(Math.min(...scores)).toBeLessThan(5);
  expect(Math.max(...scores)).toBeLessThanOrEqual(100);
  expect(Math.max(...scores)).toBeGreaterThan(95);
  const sexes = of('SOCIAL', 'SRPerson').map(({ data }) => data.sex);
  expect(new Set(sexes)).toEqual(new Set(['female', 'male', 'other', 'unknown']));
  expect(of('SOCIAL', 'SRPerson').some(({ data }) => /[^\p{ASCII}]/u.test(JSON.stringify(data.name)))).toBe(true);
  for (const postal of groups.flatMap((data) => at(data, 'address.postal_code'))) expect(postal).toMatch(/^\d{5}$/);
});

test('every record type of every registry has records, and coded values are codes', () => {
  for (const definition of registries.all)
    for (const recordType of definition.recordTypes) {
      const some = of(definition.registry, recordType.name);
      expect(some.length).toBeGreaterThan(0);
      for (const { path, codes, open } of attributesOf(definition, recordType).values()) {
        if (!codes || open) continue;
        const known = new Set<unknown>(codes.map(({ code }) => code));
        expect(some.flatMap(({ data }) => at(data, path)).filter((value) => !known.has(value))).toEqual([]);
      }
    }
});

test('a further registry is one definition and one line of data', () => {
  const further = { ...SOCIAL, registry: 'FURTHER', paths: ['further'] };
  const table = { ...DEMO_RECORDS, FURTHER: DEMO_RECORDS.SOCIAL! };
  expect([...demoRecords(3, [further], table)].filter(({ recordType }) => recordType === 'SRPerson')).toHaveLength(3);
  expect([...demoRecords(3, [further])]).toEqual([]);
});
