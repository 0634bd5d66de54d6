import { readFileSync } from 'node:fs';
import { createRegistries } from '../../../src/protocol/registries/registries.js';
import { readSourceFile } from '../../../src/sources/outside/source-file.js';

const registries = createRegistries();
const shipped = (name: string): string =>
  readFileSync(new URL(`../../../sources/${name}.yaml`, import.meta.url), 'utf8');

test.each(['farmers', 'openspp', 'opencrvs'])('the shipped %s has no error', (name) => {
  expect(readSourceFile(shipped(name), registries).errors).toEqual([]);
});

const GOOD = `version: 1
source: { name: school, kind: postgres, url: "\${SCHOOL_DATABASE_URL}" }
codes:
  sex: { "1": male, "2": female }
records:
  - registry: SOCIAL
    type: SRPerson
    from: pupils
    key: id
    fields:
      name.surname: surname
      sex: { column: sex, codes: sex }
`;

test('a mistake is told at its line and column, all at once', () => {
  expect(readSourceFile(GOOD, registries).errors).toEqual([]);
  const bad = GOOD.replace('version: 1', 'version: 2').replace('key: id', 'kee: id');
  expect(readSourceFile(bad, registries).errors).toEqual([
    { line: 1, column: 1, message: 'version: must be 1' },
    { line: 9, column: 5, message: 'records.0.kee: is no member of this form' },
  ]);
});

test.each([
  ['name.surname: surname', 'name.nickname: surname', 11, "is no path of the dictionary's SRPerson"],
  ['"1": male', '"1": man', 12, 'codes.sex has codes that sex does not have: man'],
  ['codes: sex }', 'codes: gender }', 12, 'codes.gender is not in this file'],
  ['registry: SOCIAL', 'registry: LAND', 6, 'is none of SOCIAL, CRVS, DR, FR, IBR, ESS'],
  ['type: SRPerson', 'type: Dog', 7, 'is none of SRPerson, Member, Group'],
  ['name: school', 'name: 7', 2, 'must be a name'],
])('%s as %s', (right, wrong, line, message) => {
  const { errors, file } = readSourceFile(GOOD.replace(right, wrong), registries);
  expect(file).toBeUndefined();
  expect(errors).toEqual([
    expect.objectContaining({ line, message: expect.stringContaining(message) as unknown as string }),
  ]);
});

test('what one record gives another is joined by a number of one person alone', () => {
  const linked = (by: string) => shipped('opencrvs').replace('by: BRN', `by: ${by}`);
  for (const by of ['BRN', 'UIN', 'OWN_NUMBER']) expect(readSourceFile(linked(by), registries).errors).toEqual([]);
  for (const by of ['MRN', 'household_id', 'MOBILE'])
    expect(readSourceFile(linked(by), registries).errors).toMatchObject([
      { message: expect.stringMatching(/link\.by: .* is shared by several persons/) },
    ]);
});

test('an address is refused and not repeated', () => {
  const bad = GOOD.replace('${SCHOOL_DATABASE_URL}', 'postgres://reader:hunter2@db/school');
  const { errors } = readSourceFile(bad, registries);
  expect(errors).toEqual([expect.objectContaining({ line: 2, column: 41 })]);
  expect(JSON.stringify(errors)).not.toContain('hunter2');
});

test('text that is no YAML is refused where it breaks', () => {
  expect(readSourceFile('version: 1\nsource: { name: [\n', registries).errors[0]).toMatchObject({ line: 3 });
  expect(readSourceFile('', registries).errors).toHaveLength(1);
});
