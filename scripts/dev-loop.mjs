/**
 * `npm run dev`: the compiler watches the sources, the gateway starts again with what it wrote, and the console is served
 * with hot reloading beside it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { createServer } from 'vite';

const COMPILER = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--watch', '--preserveWatchOutput'];
const GATEWAY = ['--enable-source-maps', 'dist/main.js'];

const compiler = spawn(process.execPath, COMPILER, { stdio: ['ignore', 'pipe', 'inherit'] });
let gateway;
/** One after the other: the next gateway takes the port of the last. */
let turn = Promise.resolve();

createInterface({ input: compiler.stdout }).on('line', (line) => {
  console.log(line);
  if (line.includes('Watching for file changes')) turn = turn.then(restart);
});
const vite = await createServer({ configFile: 'src/console/vite.config.ts' });
await vite.listen();
console.log(`  Console, reloading as you write: ${vite.resolvedUrls.local[0]}`);

async function restart() {
  await end(gateway);
  // By its channel it learns that we are gone, however we went.
  gateway = spawn(process.execPath, GATEWAY, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
}

async function end(child) {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

async function stop() {
  turn = turn.then(() => Promise.all([end(compiler), end(gateway), vite.close()]));
  await turn;
  process.exit(0);
}
// Whoever started us may have been killed.
for (const reason of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect']) process.once(reason, () => void stop());
