/** Which file of `src/` imports which, types included, as the compiler's own kind of parser reads it. */
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

import { parseSync } from '@swc/core';

/** File → the files it imports, by paths below `src/`. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

export const LINE = [
  'platform',
  'protocol',
  'entities',
  'sources',
  'access',
  'use-cases',
  'graphql',
  'messages',
  'dci-rest',
  'jobs',
  'server',
];

/** Folders beside the line, and what they may import besides themselves. */
const BESIDE = new Map([
  ['console', []],
  ['client', ['protocol']],
]);

export function readImports(root: string): ImportGraph {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name));
  return new Map(files.map((file) => [file, importsOf(readFileSync(join(root, file), 'utf8'), file, files)]));
}

/** Relative imports only; an import of a file that does not exist is the compiler's to report. */
export function importsOf(source: string, file: string, files: readonly string[]): string[] {
  const tree = parseSync(source, { syntax: 'typescript', tsx: file.endsWith('x'), decorators: true });
  const relative = specifiersIn(tree).filter((specifier) => specifier.startsWith('.'));
  const paths = new Set(relative.map((path) => normalize(join(dirname(file), path)).replace(/\.jsx?$/, '')));
  return files.filter((candidate) => paths.has(candidate.replace(/\.tsx?$/, '')));
}

/** `import`, `import type`, `export … from`, `import('…')` as a call and as a type. */
function specifiersIn(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(specifiersIn);
  if (typeof node !== 'object' || node === null) return [];
  const inner = Object.values(node).flatMap(specifiersIn);
  if (!('type' in node)) return inner;
  const isImportCall = node.type === 'CallExpression' && typeAt(node, 'callee') === 'Import';
  const said = isImportCall ? textIn(node, 'arguments') : node.type === 'TsImportType' ? textIn(node, 'argument') : [];
  return [...inner, ...said, ...textIn(node, 'source')];
}

const typeAt = (node: object, key: string): unknown => Reflect.get(Object(Reflect.get(node, key)), 'type');

/** The string literals right below a member of a syntax node. */
function textIn(node: object, key: string): string[] {
  const found: unknown[] = [Reflect.get(node, key)].flat();
  const literals = found.map((item) => Reflect.get(Object(item), 'expression') ?? item).map(Object);
  return literals.filter(({ type }) => type === 'StringLiteral').map(({ value }) => String(value));
}

export function lineViolations(graph: ImportGraph): string[] {
  return [...graph].flatMap(([file, imported]) =>
    imported.filter((other) => !mayImport(folderOf(file), folderOf(other))).map((other) => `${file} → ${other}`),
  );
}

function mayImport(from: string, to: string): boolean {
  if (from === to || from === '' || from === 'cli') return true;
  // Work is left in rows: a job never calls a door.
  if (from === 'jobs' && to === 'dci-rest') return false;
  const allowed = BESIDE.get(from);
  if (allowed) return allowed.some((folder) => folder === to);
  return LINE.includes(from) && LINE.includes(to) && LINE.indexOf(to) < LINE.indexOf(from);
}

/** `''` for the files at the right end of the line: app.ts, cli.ts, main.ts and what they share; `cli/` stands with them. */
export const folderOf = (file: string): string => (file.includes('/') ? (file.split('/')[0] ?? '') : '');

/** One path per cycle met, from a file back to itself. */
export function findCycles(graph: ImportGraph): string[] {
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) cycles.push([...path.slice(start), file].join(' → '));
    if (start >= 0 || done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return cycles;
}
