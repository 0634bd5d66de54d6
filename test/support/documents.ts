/** Commands that README and docs show, and what they say comes of them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface ShellBlock {
  script: string;
  /** The `text` block right behind it. */
  output: string | undefined;
}

export function markdownFiles(): string[] {
  const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) => `docs/${name}`);
  return ['README.md', ...docs.filter((name) => name.endsWith('.md'))];
}

/** The `sh` blocks of a document that use `npx dci`. */
export const dciBlocks = (file: string): ShellBlock[] =>
  shellBlocks(file).filter(({ script }) => script.includes('npx dci'));

export function shellBlocks(file: string): ShellBlock[] {
  const blocks = read(file).matchAll(/^```sh\n([^]*?)^```\n(?:\n```text\n([^]*?)^```\n)?/gm);
  return [...blocks].map(([, script = '', output]) => ({ script, output }));
}

/** Blocks in another language whose first line is a comment that names a file. */
export function namedBlocks(file: string): { name: string; content: string }[] {
  const blocks = read(file).matchAll(/^```(?:python|js)\n((?:#|\/\/) (\w+\.\w+)\n[^]*?)^```\n/gm);
  return [...blocks].map(([, content = '', name = '']) => ({ name, content }));
}

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** Commands in the `text` blocks of a document: they need what a fresh gateway has not, another database for one. */
export const shownOnly = (file: string): string[][] =>
  [...read(file).matchAll(/^```text\n([^]*?)^```\n/gm)].flatMap(([, text = '']) => dciCommands(text));

/** The words of each `dci` command in a script, up to what belongs to the shell. */
export function dciCommands(script: string): string[][] {
  const joined = script.replace(/\\\n/g, ' ');
  return [...joined.matchAll(/npx dci ([^\n|>&)]*)/g)].map(([, words = '']) => words.trim().split(/\s+/));
}

/** Output as the document has it: `…` stands for anything, and numbers may differ. */
export function outputPattern(expected: string): RegExp {
  const literal = expected.trim().split('…').map(escaped).join('[^]*?');
  return new RegExp(`^${literal}`);
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\d+/g, '\\d+');
