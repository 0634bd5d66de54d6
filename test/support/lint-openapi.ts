/** Redocly's linter on a document, in a process of its own: it holds the one that loads it. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './documents.js';

const PROGRAM = `
import { createConfig, lint } from '@redocly/openapi-core';
const config = await createConfig({ extends: ['recommended-strict'] });
const problems = await lint({ ref: process.argv[1], config });
console.log(JSON.stringify(problems.map(({ ruleId, message, location: [at] }) => [ruleId, message, at?.pointer].join(' '))));
process.exit();
`;

/** Rule, message and place of each problem. */
export async function lintOpenApi(document: object): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'dci-lint-'));
  const file = join(folder, 'openapi.json');
  try {
    writeFileSync(file, JSON.stringify(document));
    const args = ['--input-type=module', '-e', PROGRAM, file];
    const { stdout } = await promisify(execFile)(join(ROOT, 'node_modules/.bin/node'), args, { cwd: ROOT });
    return JSON.parse(stdout) as string[];
  } finally {
    rmSync(folder, { recursive: true });
  }
}
