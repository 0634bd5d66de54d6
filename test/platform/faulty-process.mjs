/** A process in which something goes wrong: `faulty-process.mjs SOURCE_ROOT thrown|rejected|full`. */
import { setTimeout as sleep } from 'node:timers/promises';
import '../support/platform-sources.mjs';

const [sourceRoot, kind] = process.argv.slice(2);
const { createLog } = await import(`${sourceRoot}/src/platform/log.ts`);
const { stopOnFault } = await import(`${sourceRoot}/src/platform/shutdown.ts`);
const log = createLog('info');
const fault = () =>
  Object.assign(new Error('Key (value)=(UIN-1234) exists'), { code: '23505', detail: 'Key (value)=(UIN-1234)' });

const underWay = sleep(100).then(() => process.stdout.write('answered\n'));
stopOnFault(() => underWay, log);
if (kind === 'thrown')
  setTimeout(() => {
    throw fault();
  });
if (kind === 'rejected') void Promise.reject(fault());
if (kind === 'full') {
  process.stdout.on('error', () => undefined);
  for (let line = 0; line < 5; line++) {
    log.info({ line }, 'a line that has no room');
    await sleep(20);
  }
  process.exit(0);
}
