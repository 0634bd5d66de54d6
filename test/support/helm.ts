/** Helm itself. Where the program is missing its tests are skipped with one line, except in CI. */
import { spawnSync } from 'node:child_process';

/** Whether the tests that need it can run here. @throws in CI where they cannot */
export function hasHelm(): boolean {
  if (spawnSync('helm', ['version']).status === 0) return true;
  if (process.env.CI) throw new Error('helm is missing, which tests of the chart need');
  console.warn('skipped: helm is missing, which these tests need (.ci/run says where it comes from)');
  return false;
}

/** What it says, and its status. */
export function helm(args: string[]): { status: number | null; said: string; out: string } {
  const { status, stdout, stderr } = spawnSync('helm', args, { encoding: 'utf8' });
  return { status, out: stdout, said: `${stdout}${stderr}` };
}
