import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '../../../src/protocol/registries/core/code-list.js';
import { CODES } from '../../../src/protocol/registries/core/codes.js';
import { MEMBER_CLASSES } from '../../../src/protocol/registries/core/core.classes.js';
import { createRegistries } from '../../../src/protocol/registries/registries.js';
import { isObject } from '../../../src/platform/plain-object.js';
import { describeWhenPublished, hasPublished, PUBLISHED } from '../../support/published.js';

const DICTIONARY = join(PUBLISHED, 'dictionary');

const classes = [
  ...MEMBER_CLASSES,
  ...createRegistries().all.flatMap((definition) => Object.values(definition.classes)),
];
const local = (id: unknown): string => String(id).replace(/^.*:/, '');
const listAt = (node: unknown, key: string): unknown[] => {
  const value = isObject(node) ? node[key] : undefined;
  return Array.isArray(value) ? value : [];
};

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesIn(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}

/** Files by kind, `data` or `code`; classes and enumerations stand alone or in a graph. */
function nodesOf(kind: string): { file: string; nodes: unknown[] }[] {
  return filesIn(DICTIONARY)
    .filter((file) => file.includes(`/${kind}/`))
    .map((file) => {
      const json: unknown = JSON.parse(readFileSync(file, 'utf8'));
      return { file, nodes: listAt(json, '@graph').length > 0 ? listAt(json, '@graph') : [json] };
    });
}

/** Our class for a file; its published address ends like the file's path. */
const classFor = (file: string) => {
  const [, area = '', kind = '', name = ''] = /([^/]+)\/(data|code)\/([^/]+)$/.exec(file) ?? [];
  const address = area === 'core' ? `core/v1/${kind}/${name}` : `extensions/${area}/v1/${kind}/${name}`;
  return classes.find(({ context }) => context === `https://schema.spdci.org/${address}`);
};

const properties = (node: unknown): string[] =>
  listAt(node, 'rdfs:property').map((property) => local(isObject(property) ? property['@id'] : ''));

/** The dictionary names two properties of Machineries `type`; the second is our `equipment_source`. */
const OURS: Record<string, string[]> = { Machineries: ['equipment_source'] };

describeWhenPublished('classes', () => {
  const files = hasPublished
    ? nodesOf('data').filter(({ file }) => !/(AdditionalInfo|DateTime)\.jsonld$/.test(file))
    : [];

  test.each(files.map(({ file, nodes }) => [file.slice(DICTIONARY.length + 1), file, nodes] as const))(
    '%s',
    (_, file, nodes) => {
      const ours = classFor(file);
      expect(ours).toBeDefined();
      const theirs = [...new Set(nodes.flatMap(properties))];
      const names = Object.keys(ours!.properties);
      const missing = theirs.filter((name) => !names.includes(name));
      expect(missing).toEqual([]);
      // A class of an extension also has what it inherits from the core.
      const inherited = nodes.some((node) => isObject(node) && typeof node['rdfs:subClassOf'] === 'string');
      const known = new Set([...theirs, ...(OURS[ours!.name] ?? [])]);
      expect(inherited ? [] : names.filter((name) => !known.has(name))).toEqual([]);
    },
  );

  test('lists are lists where the dictionary says so, and nowhere else', () => {
    const wrong = files.flatMap(({ file, nodes }) =>
      nodes
        .flatMap((node) => listAt(node, 'rdfs:property'))
        .filter(isObject)
        .filter((property) => {
          const list = isObject(property['rdfs:range']) && property['rdfs:range']['@container'] === '@list';
          return (classFor(file)?.properties[local(property['@id'])]?.list ?? false) !== list;
        })
        .map((property) => `${file} ${local(property['@id'])}`),
    );
    expect(wrong).toEqual([]);
  });
});

describeWhenPublished('code lists', () => {
  const names: Record<string, string> = { AssistanceUnit: 'AssistanceUnitEnum', EducationCode: 'EducationCodeEnum' };
  const files = hasPublished ? nodesOf('code').filter(({ file }) => !file.endsWith('BenefitFrequency.jsonld')) : [];
  const lists = files.map(({ file, nodes }) => {
    const base = /([^/]+)\.jsonld$/.exec(file)?.[1] ?? '';
    return [names[base] ?? base, nodes] as const;
  });

  test.each(lists)('%s', (name, nodes) => {
    const listed = nodes
      .flatMap((node) => listAt(node, 'owl:oneOf'))
      .map((one) => local(isObject(one) ? one['@id'] : one).replace('programme', ''));
    const named = nodes
      .filter((node) => isObject(node) && node['@type'] !== 'rdfs:Class')
      .map((node) => local(isObject(node) && node['@id']));
    const theirs = new Set([...listed, ...named]);
    const ours = CODES[name] ?? [];
    expect([...theirs].filter((code) => codeOf(ours, code) === undefined)).toEqual([]);
    expect(ours.map(({ code }) => code).filter((code) => !theirs.has(code))).toEqual([]);
    expect(new Set(ours.map(({ code }) => code)).size).toBe(ours.length);
  });

  test('no list is invented', () => {
    expect(Object.keys(CODES).toSorted()).toEqual(lists.map(([name]) => name).toSorted());
  });
});

test('a code is found by code, label and other words, in any case; anything else is none', () => {
  const sexes = CODES.SexCategoryEnum!;
  for (const word of ['female', 'Female', 'FEMALE', 'F', 'f']) expect(codeOf(sexes, word)).toBe('female');
  expect(codeOf(sexes, 'none')).toBeUndefined();
  expect(codeOf(sexes, '')).toBeUndefined();
  expect(codeOf(CODES.BenefitTypeEnum!, 'in kind')).toBe('3');
  expect(codeOf(CODES.RelationshipTypeEnum!, 'GRANDSON')).toBe('GRNDSON');
  expect(codeOf(CODES.CropActivityEnum!, '011')).toBe('011');
  expect(codeOf(CODES.CropActivityEnum!, '11')).toBeUndefined();
});
