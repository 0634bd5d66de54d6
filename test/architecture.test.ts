import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { LINE, findCycles, folderOf, importsOf, lineViolations, readImports } from './support/import-graph.js';

const SRC = fileURLToPath(new URL('../src', import.meta.url));
const graph = readImports(SRC);
const files = [...graph.keys()];

test('a file imports only from its own folder or from folders to its left', () => {
  expect(graph.size).toBeGreaterThan(20);
  expect(lineViolations(graph)).toEqual([]);
});

test('every folder has its place', () => {
  const known = new Set(['', ...LINE, 'console', 'client', 'cli']);
  expect(files.filter((file) => !known.has(folderOf(file)))).toEqual([]);
});

test('there are no import cycles, types included', () => {
  expect(findCycles(graph)).toEqual([]);
});

test('the rooms of entities import each other in one direction', () => {
  const roomOf = (file: string): string => file.split('/').slice(0, -1).join('/');
  const rooms = new Map<string, Set<string>>();
  for (const [file, imports] of graph) {
    if (folderOf(file) !== 'entities') continue;
    const room = rooms.get(roomOf(file)) ?? new Set();
    for (const path of imports)
      if (folderOf(path) === 'entities' && roomOf(path) !== roomOf(file)) room.add(roomOf(path));
    rooms.set(roomOf(file), room);
  }
  expect(rooms.size).toBeGreaterThan(8);
  expect(findCycles(new Map([...rooms].map(([room, left]) => [room, [...left]])))).toEqual([]);
});

test('exports are named, and no file only passes on what others export', () => {
  const unnamed = files.filter((file) => /^export (default|\*)/m.test(readFileSync(`${SRC}/${file}`, 'utf8')));
  expect(unnamed.filter((file) => !file.startsWith('console/'))).toEqual([]);
  expect(files.filter((file) => /(^|\/)index\.tsx?$/.test(file))).toEqual([]);
});

/** A statement that is sent; a request's own `query` is read, not called. */
const SENDS_SQL = /\.query\s*(?:<[^;]*?>)?\(/;

test('no object literal has an accessor: what it closes over would stay until the next full garbage collection', () => {
  const inLiterals = /^ {3,}(get|set) \w+\(/m;
  expect(files.filter((file) => inLiterals.test(readFileSync(`${SRC}/${file}`, 'utf8')))).toEqual([]);
});

test('SQL stands with the tables it is about, in entities or sources', () => {
  const senders = files.filter((file) => SENDS_SQL.test(readFileSync(`${SRC}/${file}`, 'utf8')));
  const rooms = new Set(senders.map(folderOf));
  // The console's client asks GraphQL.
  expect([...rooms].sort()).toEqual(['console', 'entities', 'sources']);
});

/** `query<{ … }>`, and the interfaces and types of a file that sends statements. */
test('rows are read in camelCase, so that a column has one name in the code', () => {
  const odd = files
    .filter((file) => ['entities', 'sources'].includes(folderOf(file)) && !file.includes('/migrations/'))
    .flatMap((file) => {
      const source = readFileSync(`${SRC}/${file}`, 'utf8');
      if (!SENDS_SQL.test(source)) return [];
      return [...source.matchAll(/\b([a-z]+(?:_[a-z]+)+)\??: (?:string|number|boolean|Buffer|unknown)\b/g)].map(
        ([, name]) => `${file}: ${name}`,
      );
    });
  expect(odd).toEqual([]);
});

describe('the check itself', () => {
  test('sees every form of import', () => {
    const source = `
      import { a } from './a.js'; import type { B } from '../left/b.js'; export { c } from './c.js';
      export type { D } from './d.js'; import './e.js'; const f = await import('./f.js');
      type G = import('./g.js').G; import express from 'express'; // import './h.js'
    `;
    const known = [
      'here/a.ts',
      'left/b.ts',
      'here/c.ts',
      'here/d.ts',
      'here/e.ts',
      'here/f.ts',
      'here/g.ts',
      'here/h.ts',
    ];
    expect(importsOf(source, 'here/file.ts', known)).toEqual(known.slice(0, 7));
  });

  test('finds imports to the right and from beside the line', () => {
    const bent = new Map([
      ['protocol/a.ts', ['platform/b.ts', 'entities/c.ts', 'app.ts']],
      ['client/d.ts', ['protocol/a.ts', 'platform/b.ts']],
      ['console/e.ts', ['protocol/a.ts']],
      ['jobs/f.ts', ['client/d.ts', 'dci-rest/g.ts']],
      ['app.ts', ['jobs/f.ts', 'client/d.ts']],
    ]);
    expect(lineViolations(bent)).toEqual([
      'protocol/a.ts → entities/c.ts',
      'protocol/a.ts → app.ts',
      'client/d.ts → platform/b.ts',
      'console/e.ts → protocol/a.ts',
      'jobs/f.ts → client/d.ts',
      'jobs/f.ts → dci-rest/g.ts',
    ]);
  });

  test('finds cycles, long and short', () => {
    const round = new Map([
      ['a', ['b', 'd']],
      ['b', ['c']],
      ['c', ['a']],
      ['d', ['d']],
      ['e', ['a']],
    ]);
    expect(findCycles(round)).toEqual(['a → b → c → a', 'd → d']);
  });
});
