/** A TypeScript client as a partner generates it from the served document: compiled strictly, and run as a process of its own. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './documents.js';

const run = promisify(execFile);
const RUNTIME = join(ROOT, 'node_modules/.bin/node');
const OPTIONS = [
  '--strict',
  '--noUncheckedIndexedAccess',
  '--module',
  'nodenext',
  '--target',
  'es2023',
  '--lib',
  'es2023,dom',
  '--types',
  'node',
];

/** Standard output of `program`, which imports from `./client.js`. @throws where it does not compile or fails */
export async function runGenerated(document: object, program: string, env: Record<string, string>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'dci-generated-'));
  const at = (name: string): string => join(folder, name);
  try {
    symlinkSync(join(ROOT, 'node_modules'), at('node_modules'));
    writeFileSync(at('package.json'), '{"type":"module"}');
    writeFileSync(at('openapi.json'), JSON.stringify(document));
    writeFileSync(at('program.ts'), program);
    const generator = join(ROOT, 'node_modules/oazapfts/dist/cli.js');
    await run(RUNTIME, [generator, at('openapi.json'), at('client.ts')]);
    await run(RUNTIME, [join(ROOT, 'node_modules/typescript/bin/tsc'), ...OPTIONS, at('program.ts')], { cwd: folder });
    return (await run(RUNTIME, [at('program.js')], { env })).stdout;
  } catch (error) {
    // The compiler complains on standard output.
    throw new Error(String((error as { stdout?: string }).stdout || error), { cause: error });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
