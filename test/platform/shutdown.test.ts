/** What ends the process, and what does not. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROCESS = fileURLToPath(new URL('./faulty-process.mjs', import.meta.url));

test.each(['thrown', 'rejected'])(
  'a fault that is %s where nobody catches it: what is under way is answered, the log tells of it without persons',
  async (kind) => {
    const child = spawn(process.execPath, [PROCESS, ROOT, kind], { timeout: 30_000 });
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    expect({ code, err }).toEqual({ code: 1, err: '' });
    const [line = '', answered] = out.split('\n');
    expect(answered).toBe('answered');
    expect(JSON.parse(line)).toMatchObject({
      level: 'error',
      err: { type: 'Error', code: '23505' },
      msg: 'a fault that nobody caught: the process ends, to be started anew',
    });
    expect(out).not.toContain('1234');
  },
);

test('a log that has no room on its disk loses lines and nothing else', async () => {
  const full = await open('/dev/full', 'w');
  const child = spawn(process.execPath, [PROCESS, ROOT, 'full'], {
    stdio: ['ignore', full.fd, 'pipe'],
    timeout: 30_000,
  });
  const [err, [code]] = await Promise.all([text(child.stderr!), once(child, 'close')]);
  await full.close();
  expect({ code, err }).toEqual({ code: 0, err: '' });
});
