/** `npm run tour`: the whole story as its reader runs it, on the test's own server. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { buildCli } from '../support/cli.js';
import { CHANNEL, ENDS_WITH_US } from '../support/ends-with-us.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

beforeAll(buildCli, 200_000);

test('goes from OpenSPP to the ministry’s inbox', async () => {
  const script = `${root}examples/tour.mjs`;
  const args = [...ENDS_WITH_US, script, '--postgres', process.env['TEST_DATABASE_URL'] ?? ''];
  const child = spawn(`${root}node_modules/.bin/node`, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe', CHANNEL] });
  if (child.stdout === null || child.stderr === null) throw new Error('no pipes');
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  expect(err).toBe('');
  expect(child.exitCode).toBe(0);
  const told = [
    /5 records served, changes by publication/,
    /answer signed by key .*"identifier_value":"TG-1001"/,
    /"found":true,"verified":\{"birth/,
    /sees DELETE of a SRPerson in SOCIAL/,
    /has the notification, signed by/,
    /now finds 0 records/,
    /\d+ entries under \d+ seals: whole/,
  ];
  for (const one of told) expect(out).toMatch(one);
  expect(out.indexOf('A death is written')).toBeLessThan(out.indexOf('has the notification'));
}, 60_000);
