import { readFile, writeFile } from 'node:fs/promises';
import { partsOf } from '../../src/graphql/describe.js';
import { isScalarType, isSpecifiedScalarType } from 'graphql';
import { GLOSSARY } from '../../src/graphql/glossary.js';
import { gatewaySchema, printGatewaySchema } from '../../src/graphql/schema.js';
import { ROOT } from '../support/documents.js';

const FILE = new URL('../../schema.graphql', import.meta.url);

test('schema.graphql is the schema of this code', async () => {
  const schema = await printGatewaySchema();
  if (process.env['UPDATE_SCHEMA'] === '1') await writeFile(FILE, schema);
  const checkedIn = await readFile(FILE, 'utf8').catch(() => '');
  // The difference of three thousand lines would say less than the remedy.
  expect(checkedIn === schema ? 'current' : 'stale: npm run schema').toBe('current');
});

test('every type, field, argument and enum value says what it is', async () => {
  const parts = partsOf(await gatewaySchema());
  expect(parts.length).toBeGreaterThan(1000);
  expect(parts.filter(({ part }) => !part.description?.trim()).map(({ place }) => place)).toEqual([]);
});

test('the glossary holds no place that is not in the schema', async () => {
  const places = new Set(partsOf(await gatewaySchema()).flatMap(({ place }) => [place, place.split('.').at(-1)]));
  expect(Object.keys(GLOSSARY).filter((place) => !places.has(place))).toEqual([]);
});

test('docs/graphql.md tells of every scalar that a generated client has to be told of', async () => {
  const page = await readFile(`${ROOT}/docs/graphql.md`, 'utf8');
  const scalars = Object.values((await gatewaySchema()).getTypeMap()).filter(isScalarType);
  const own = scalars.filter((type) => !isSpecifiedScalarType(type)).map(({ name }) => name);
  const told = [...page.matchAll(/^\| `(\w+)` \| .* \| `.*` \|$/gm)].map(([, name]) => name);
  expect(new Set(told)).toEqual(new Set(own));
});
