/**
 * What a comment or a page cites stands in this repository: sections of the protocol and the contract, standards and
 * decisions by number, files, links. And README names what is here.
 */
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import {
  decisionsIn,
  filesIn,
  headings,
  linksIn,
  strangersIn,
  sectionsIn,
  slug,
  standardsIn,
} from './support/citations.js';
import { ROOT } from './support/documents.js';

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const here = (file: string): boolean => existsSync(join(ROOT, file));

const CODE = globSync(['{src,test,scripts,bench}/**/*.{ts,tsx,mjs,py}', 'examples/*', '.ci/*', '.env.example'], {
  cwd: ROOT,
  exclude: (name) => name.includes('node_modules'),
});
const PAGES = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT });
/** Not this test and its patterns, whose examples are wrong on purpose. */
const CITING = [...CODE, ...PAGES].filter((file) => !/^test\/(support\/)?citations\./.test(file));
/** Each citation that `find` sees, with the file where it stands. */
const cited = (find: (text: string) => string[], files = CITING): [file: string, citation: string][] =>
  files.flatMap((file) => find(read(file)).map((citation): [string, string] => [file, citation]));

describe('a citation leads to something', () => {
  test('of the protocol, by section', () => {
    const known = new Set(headings(read('docs/protocol.md')).map(({ number }) => number));
    const found = cited((text) => sectionsIn(text).protocol);
    expect(found.length).toBeGreaterThan(80);
    expect(found.filter(([, number]) => !known.has(number))).toEqual([]);
  });

  test('of the contract, by section', () => {
    const known = headings(read('docs/contract.md')).map(({ title }) => title);
    const found = cited((text) => sectionsIn(text).contract);
    expect(found.length).toBeGreaterThan(10);
    expect(found.filter(([, rest]) => !known.some((title) => rest.startsWith(title)))).toEqual([]);
  });

  test('of a standard, by number, and the list holds no other', () => {
    const known = new Set([...read('docs/standards.md').matchAll(/^\| RFC (\d+) \|/gm)].map(([, number]) => number));
    const found = cited(
      standardsIn,
      CITING.filter((file) => file !== 'docs/standards.md'),
    );
    expect(found.filter(([, number]) => !known.has(number))).toEqual([]);
    const numbers = new Set(found.map(([, number]) => number));
    expect([...known].filter((number) => number === undefined || !numbers.has(number))).toEqual([]);
  });

  test('of a decision, by number', () => {
    const known = new Set(readdirSync(join(ROOT, 'docs/decisions')).map((name) => name.slice(0, 4)));
    expect(cited(decisionsIn).filter(([, number]) => !known.has(number))).toEqual([]);
  });

  test('and none is of a page that is not here', () => {
    expect(cited(strangersIn)).toEqual([]);
    const pages = cited((text) => [...text.matchAll(/[\w./-]*\w\.md\b/g)].map(([name]) => name), CODE);
    const found = pages.filter(([, name]) => !here(name) && !here(join('docs', name)));
    expect(found).toEqual([]);
  });
});

describe('a page', () => {
  test('links to what is there', () => {
    const broken = cited(linksIn, PAGES).filter(([page, link]) => {
      const [path = '', anchor] = link.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      if (!here(file)) return true;
      return anchor !== undefined && !headings(read(file)).some(({ text }) => slug(text) === anchor);
    });
    expect(broken).toEqual([]);
  });

  test('names files that are there', () => {
    const named = cited(
      filesIn,
      PAGES.filter((page) => page !== 'CHANGELOG.md'),
    );
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter(([, file]) => !here(file))).toEqual([]);
  });
});

describe('README', () => {
  const ignored = new Set([...read('.gitignore').split('\n'), '.git'].map((name) => name.replace(/\/$/, '')));
  const rows = [...read('README.md').matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  );

  test('names every folder and every file at the top, and at the top of src', () => {
    const top = readdirSync(ROOT).filter((name) => !ignored.has(name) && !name.endsWith('.log'));
    const inner = readdirSync(join(ROOT, 'src'));
    expect([...top, ...inner].filter((name) => !rows.includes(name))).toEqual([]);
  });

  test('names nothing else', () => {
    expect(rows.filter((name) => !here(name) && !here(join('src', name)))).toEqual([]);
  });
});

test('the threat model names every attack that is tried', () => {
  const files = globSync('test/threats/*.test.ts', { cwd: ROOT }).map((file) => basename(file, '.test.ts'));
  const [, table = ''] = read('docs/threat-model.md').split('## What each control stops');
  const named = new Set([...table.matchAll(/`([a-z]+(?:-[a-z]+)*)`/g)].map(([, name = '']) => name));
  expect(files.length).toBeGreaterThan(30);
  expect(files.filter((file) => !named.has(file))).toEqual([]);
});

describe('the contract names', () => {
  const section = (title: string): string =>
    read('docs/contract.md')
      .split(/^## /m)
      .find((part) => part.startsWith(`${title}\n`)) ?? '';
  const rows = (title: string): string =>
    section(title)
      .match(/^\|.*$/gm)
      ?.join('\n') ?? '';

  test('fields that the schema has', () => {
    const fields = new Set([...read('schema.graphql').matchAll(/^ {2}(\w+)[(:]/gm)].map(([, name]) => name));
    const named = [...rows('GraphQL').matchAll(/`(\w+)`/g)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter((name) => !fields.has(name))).toEqual([]);
  });

  test('settings that there are', () => {
    const settings = new Set([...read('.env.example').matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name));
    const cells = [...rows('Start').matchAll(/^\|([^|]*)\|/gm)].map(([, cell = '']) => cell);
    const named = cells.flatMap((cell) => [...cell.matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name));
    expect(named.length).toBeGreaterThan(15);
    expect(named.filter((name) => !settings.has(name))).toEqual([]);
  });
});

describe('CONTRIBUTING', () => {
  test('says what each suffix of a file means that several files have', () => {
    const rows = [...read('CONTRIBUTING.md').matchAll(/^\| (`\.[^|]*)\|/gm)].map(([, cell = '']) => cell);
    const told = rows.flatMap((cell) => [...cell.matchAll(/`\.([a-z]+)`/g)].map(([, suffix = '']) => suffix));
    const files = CODE.filter((file) => file.startsWith('src/'));
    const suffixes = files.flatMap((file) => /^[a-z0-9-]+\.([a-z-]+)\.tsx?$/.exec(basename(file))?.[1] ?? []);
    const common = new Set(suffixes.filter((one) => suffixes.filter((other) => other === one).length >= 3));
    expect([...common].filter((suffix) => !told.includes(suffix))).toEqual([]);
    expect(told.filter((suffix) => !suffixes.includes(suffix))).toEqual([]);
  });
});

describe('the check itself', () => {
  test('reads lists and ranges of sections, over the end of a comment line', () => {
    const text =
      '/** See (protocol 2.4, 2.7), protocol 8.17 and 8.18; RFC 9421, 2.2;\n * (protocol\n * 3.4 to 3.7). */';
    expect(sectionsIn(text).protocol).toEqual(['2.4', '2.7', '8.17', '8.18', '3.4', '3.7']);
    expect(sectionsIn('(contract: Short form); contract: nothing').contract).toEqual([
      'Short form); contract: nothing',
    ]);
    expect(standardsIn('RFC 8785, RFC-7517 and RFC9421')).toEqual(['8785', '7517', '9421']);
    expect(decisionsIn('(decision 0003), decisions/0001-what')).toEqual(['0003', '0001']);
  });

  test('sees papers that are elsewhere', () => {
    expect(strangersIn('/** peers 2.3 #10: … */')).toEqual(['peers 2.3']);
    expect(strangersIn('// as the contract has it, digest 3')).toEqual(['the contract', 'digest 3']);
    expect(strangersIn('(protocol, flow rules 3)')).toEqual(['(protocol, flow rules 3']);
    expect(strangersIn('a contract with the person, its digest')).toEqual([]);
  });

  test('numbers headings and the rows of a numbered table', () => {
    const page = '# Top\n\n## 2. The envelope\n\n### 2.7 Errors\n\n| No. |\n|---|\n| 8.13 | counts | here |\n';
    expect(headings(page).map(({ number }) => number)).toEqual(['', '2', '2.7', '8.13']);
    expect(headings(page).map(({ title }) => title)).toEqual(['Top', 'The envelope', 'Errors', 'counts']);
    expect(slug('2. The `action`, here')).toBe('2-the-action-here');
  });
});
