/** Prometheus' own checker. Where the program is missing its tests are skipped with one line, except in CI. */
import { spawnSync } from 'node:child_process';

/** Whether the tests that need it can run here. @throws in CI where they cannot */
export function hasPromtool(): boolean {
  if (spawnSync('promtool', ['--version']).status === 0) return true;
  if (process.env.CI) throw new Error('promtool is missing, which tests of the metrics need');
  console.warn('skipped: promtool is missing, which these tests need (apt-get install prometheus)');
  return false;
}

/** What it finds, and its status; `input` is what it reads from its standard input. */
export function promtool(args: string[], input?: string): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8', input });
  return { status, said: `${stdout}${stderr}` };
}
