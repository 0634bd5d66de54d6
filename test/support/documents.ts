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
export function shellBlocks(file: string): ShellBlock[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const blocks = text.matchAll(/^```sh\n([^]*?)^```\n(?:\n```text\n([^]*?)^```\n)?/gm);
  return [...blocks]
    .map(([, script = '', output]) => ({ script, output }))
    .filter(({ script }) => script.includes('npx dci'));
}

/** Commands in the `text` blocks of a document: they need what a fresh gateway has not, another database for one. */
export const shownOnly = (file: string): string[][] =>
  [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^```text\n([^]*?)^```\n/gm)].flatMap(([, text = '']) =>
    dciCommands(text),
  );

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
