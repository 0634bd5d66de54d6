/** The console asks only for what the public API has, and says everything in every language. */
import { globSync, readFileSync } from 'node:fs';
import { buildSchema, parse, validate, type GraphQLSchema } from 'graphql';
import { KNOWN_ACTIONS, KNOWN_TARGETS } from '../../src/console/audit/known-actions.js';
import { KNOWN_JOBS } from '../../src/console/jobs/known-jobs.js';
import { KNOWN_CHANNELS } from '../../src/console/transactions/known-channels.js';
import { READING_WORDS } from '../../src/console/access-report/words.js';
import { PERSON_FIELDS, PERSON_QUESTIONS } from '../../src/graphql/person-fields.js';
import { printGatewaySchema } from '../../src/graphql/schema.js';

const ROOT = new URL('../../', import.meta.url);
const CONSOLE = new URL('src/console/', ROOT);
const read = (name: string) => readFileSync(new URL(name, CONSOLE), 'utf8');
const sources = globSync('**/*.{ts,tsx}', { cwd: CONSOLE }).map(String).toSorted();

const documents = sources.flatMap((file) =>
  [...read(file).matchAll(/graphql\(\s*`([^`]+)`/g)].map(([, text = '']) => ({ file, text })),
);
const fragments = new Map(
  documents.flatMap(({ text }) => [...text.matchAll(/^\s*fragment (\w+)/gm)].map(([, name = '']) => [name, text])),
);

/** A document with the fragments it spreads, and theirs. */
function complete(text: string, seen = new Set<string>()): string {
  const named = new Set([...text.matchAll(/\.\.\.(\w+)/g)].map(([, name = '']) => name));
  const spread = [...named].filter((name) => !seen.has(name));
  for (const name of spread) seen.add(name);
  return [text, ...spread.map((name) => complete(fragments.get(name) ?? '', seen))].join('\n');
}

describe('the documents of the console', () => {
  let schema: GraphQLSchema;
  beforeAll(async () => {
    schema = buildSchema(await printGatewaySchema());
  });
  const operations = documents.filter(({ text }) => !/^\s*fragment/.test(text));

  test('are found', () => expect(operations.length).toBeGreaterThan(40));

  test.each(operations)('$file asks for what the API has', ({ text }) => {
    expect(validate(schema, parse(complete(text))).map(({ message }) => message)).toEqual([]);
  });
});

/** They belong to a signed call of a partner; no administrator makes them. */
const OF_PARTNERS = [
  'acknowledgeReceipt disabilityDetails disabilitySupport disabled enrolled notify',
  'receiveCallback search subscribe transactionStatus unsubscribe updateEnrollments verify',
].flatMap((names) => names.split(' '));

describe('every mutation of the API', () => {
  test('is for partners, or offered by the console', async () => {
    const schema = buildSchema(await printGatewaySchema());
    const offered = documents.flatMap(({ text }) => [...text.matchAll(/^\s*mutation [^{]*\{\s*(\w+)/gm)]);
    const known = [...OF_PARTNERS, ...offered.map(([, name = '']) => name)];
    expect(Object.keys(schema.getMutationType()?.getFields() ?? {}).toSorted()).toEqual(known.toSorted());
  });
});

/** They ask for something, or for who is there: nothing is lost with them. */
const ASKING_FORMS = [
  'access-report/ask-report.tsx',
  'agreements/explain-access.tsx',
  'records/export-registry.tsx',
  'records/find-record.tsx',
  'session/account-form.tsx',
  'session/sign-in.tsx',
  'shared/reason-form.tsx',
];

describe('a form that changes something', () => {
  test('has whoever leaves it asked first', () => {
    const forms = sources.filter((file) => read(file).includes('<form'));
    const isGuarded = (file: string) => /\buse(?!Form\b)\w*Form\b|\buseUnsaved\b/.test(read(file));
    expect(forms.filter((file) => !isGuarded(file))).toEqual(ASKING_FORMS);
  });
});

describe('what the console knows by name', () => {
  const server = globSync('src/{use-cases,graphql,jobs}/**/*.ts', { cwd: ROOT }).map((file) =>
    readFileSync(new URL(file, ROOT), 'utf8'),
  );
  const named = (what: RegExp) =>
    new Set(server.flatMap((text) => [...text.matchAll(what)].map(([, name, other = '']) => name ?? other)));

  test('are, for the audit, the actions that there are', async () => {
    const schema = buildSchema(await printGatewaySchema());
    const mutations = Object.keys(schema.getMutationType()?.getFields() ?? {});
    const written = named(/(?:action: |READ_\w+ = )'([a-z]+[A-Z]\w+)'/g);
    const [partners, known] = [new Set(OF_PARTNERS), new Set(KNOWN_ACTIONS)];
    expect([...mutations, ...written].filter((name) => !partners.has(name) && !known.has(name))).toEqual([]);
    const all = new Set([...mutations, ...written, 'accessReport', 'exportAccessReport']);
    expect(KNOWN_ACTIONS.filter((name) => !all.has(name))).toEqual([]);
  });

  test('are, for the page of jobs, the jobs that there are', () => {
    const jobs = named(/\bname: '([a-z-]+)',?\s*(?:every|run|$)|(?:BatchDrain\(|SWEEP = )'([a-z-]+)'/gm);
    expect([...jobs].toSorted()).toEqual([...KNOWN_JOBS]);
  });

  test('are, for the list of transactions, the doors that there are', () => {
    const writer = readFileSync(new URL('src/entities/transactions/transaction.repository.ts', ROOT), 'utf8');
    const [, doors = ''] = /type TransactionChannel = (.*);/.exec(writer) ?? [];
    expect(doors.split(' | ').map((door) => door.slice(1, -1))).toEqual([...KNOWN_CHANNELS]);
  });

  test('are, for the audit, the kinds of things that there are', () => {
    expect([...named(/targetType: '(\w+)'/g)].toSorted()).toEqual(KNOWN_TARGETS);
  });
});

describe('the messages of the console', () => {
  const keys = (value: object, prefix = ''): string[] =>
    Object.entries(value).flatMap(([name, inner]) =>
      typeof inner === 'object' && inner !== null ? keys(inner, `${prefix}${name}.`) : [`${prefix}${name}`],
    );
  const messages = (language: string): Record<string, object> =>
    JSON.parse(read(`i18n/${language}.json`)) as Record<string, object>;
  const texts = (language: string) => keys(messages(language)).toSorted();

  test('are the same in every language', () => expect(texts('fr')).toEqual(texts('en')));

  test('say in words whatever an administrator can read of a person', () => {
    const places = [...Object.keys(PERSON_FIELDS), ...Object.keys(PERSON_QUESTIONS)];
    expect(places.filter((place) => !Object.hasOwn(READING_WORDS, place))).toEqual([]);
  });

  test('that name a page name it in docs/console.md too', () => {
    const page = readFileSync(new URL('docs/console.md', ROOT), 'utf8');
    const told = new Set([...page.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, names = '']) => names.split(', ')));
    const names = Object.values(messages('en')['nav'] ?? {}).filter((name) => typeof name === 'string');
    expect(names.filter((name) => !told.has(name))).toEqual([]);
  });

  test('that stand for sentences of the gateway are what it says', () => {
    const code = globSync('src/**/*.ts', { cwd: ROOT, exclude: ['src/console/**'] })
      .map((file) => readFileSync(new URL(file, ROOT), 'utf8'))
      .join('\n');
    const parts = Object.values(messages('en')['said'] ?? {}).flatMap((text) => String(text).split(/\{\{\w+\}\}/));
    expect(parts.filter((part) => !code.includes(part))).toEqual([]);
  });

  test('are all in use', () => {
    const code = sources
      .filter((file) => !file.startsWith('i18n/'))
      .map(read)
      .join('\n');
    const used = (key: string): boolean => {
      const plain = key.replace(/_(one|other)$/, '');
      const dot = plain.lastIndexOf('.');
      const [parent, last] = [plain.slice(0, dot), plain.slice(dot + 1)];
      return (
        code.includes(`'${plain}'`) ||
        code.includes(`\`${parent}.\${`) ||
        new RegExp(`\`[\\w.]*\\$\\{[^}]*\\}\\.?${last}`).test(code)
      );
    };
    expect(texts('en').filter((key) => !used(key))).toEqual([]);
  });

  test('have the same placeholders in every language', () => {
    const flat = (language: string): Record<string, string[]> =>
      Object.fromEntries(
        texts(language).map((key) => {
          const value: unknown = key
            .split('.')
            .reduce<unknown>((inner, name) => (inner as Record<string, unknown>)[name], messages(language));
          return [key, [...String(value).matchAll(/\{\{\w+\}\}/g)].map(String).toSorted()];
        }),
      );
    expect(flat('fr')).toEqual(flat('en'));
  });
});
