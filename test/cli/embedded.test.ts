import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildCli, dci, startCli } from '../support/cli.js';
import { ROOT } from '../support/documents.js';

let folder: string;
let env: Record<string, string>;

/** While a server runs it is there. */
const isRunning = (): boolean => existsSync(join(folder, 'postgres/data/postmaster.pid'));

beforeAll(async () => {
  await buildCli();
  folder = await mkdtemp(join(tmpdir(), 'dci-embedded-'));
  await chmod(folder, 0o755); // as root the database runs as another user
  env = { DATA_DIR: folder };
}, 180_000);
afterAll(() => rm(folder, { recursive: true }));

test('without a gateway the database of DATA_DIR is started, used, and stopped', async () => {
  const first = await dci(['migrate', '--json'], { env });
  expect(first).toMatchObject({ code: 0, json: { applied: expect.arrayContaining(['0001-baseline']) } });
  const added = await dci(['sender', 'add', 'first'], { env });
  expect(added).toMatchObject({ code: 0, stderr: `· starting the embedded PostgreSQL of ${folder}\n` });
  expect(await dci(['sender', 'add', 'first'], { env })).toMatchObject({ code: 1 });
  expect(isRunning()).toBe(false);
  // `npm start` is to make and show it.
  expect(existsSync(join(folder, 'admin-token'))).toBe(false);
}, 90_000);

test('a copy of the folder, as docs/operators.md has it, is a gateway of its own', async () => {
  const [command = 'false'] = /^cp -aL .*$/m.exec(await readFile(join(ROOT, 'docs/operators.md'), 'utf8')) ?? [];
  const copy = `${folder}-backup`;
  const here = command.replace('/var/lib/dci-gateway', folder).replace('/var/backups/dci-gateway', copy);
  expect(here).toBe(`cp -aL ${folder} ${copy}`);
  execFileSync('sh', ['-c', here]);
  try {
    const kept = { env: { DATA_DIR: copy } };
    const again = await dci(['sender', 'add', 'first'], kept);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('this id exists') as unknown });
    expect(await dci(['verify-audit'], kept)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('The audit is whole.') as unknown,
    });
  } finally {
    await rm(copy, { recursive: true });
  }
}, 90_000);

test('a second command uses the server of the first', async () => {
  const first = startCli(['seed', '--persons', '1000000'], { env });
  let heard = '';
  first.stderr?.on('data', (chunk: Buffer) => (heard += chunk.toString()));
  while (!heard.includes('records: ')) await sleep(100);
  const second = await dci(['replay', '--sender', 'first'], { env });
  expect(second).toMatchObject({ code: 0, stdout: '0 deliveries are due again.\n' });
  expect(second.stderr).toBe('');
  first.kill('SIGINT');
  await once(first, 'close');
  expect({ code: first.exitCode, running: isRunning() }).toEqual({ code: 1, running: false });
  expect(heard).toMatch(/stopped by SIGINT; what was committed stays\n {2}run it again: it goes on from there\n$/);
  const rest = await dci(['seed', '--persons', '10', '--json'], { env });
  expect(rest).toMatchObject({ code: 0, json: { added: 0 } });
}, 120_000);
