import { buildCli, ended, startScript } from '../support/cli.js';

beforeAll(buildCli, 120_000);

test('a busy process keeps the memory of a load that has gone, an idle one gives it back', async () => {
  const { stdout } = await ended(startScript('test/support/idle-after-load.mjs'));
  const round = ['busy: kept', 'idle: given back'];
  expect(stdout.trim().split('\n')).toEqual([...round, ...round, 'no gc for others']);
});
