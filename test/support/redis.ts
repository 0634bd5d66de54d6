/** A Redis server of its own for a test file. Where the program is missing its suites are skipped with one line, except in CI. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { freePort } from '../../src/platform/free-port.js';
import { orClose } from './or-close.js';

export interface RedisServer {
  url: string;
  close(): Promise<void>;
}

/** Whether the suites that need it can run here. @throws in CI where they cannot */
export function hasRedis(): boolean {
  if (spawnSync('redis-server', ['--version']).status === 0) return true;
  if (process.env.CI) throw new Error('redis-server is missing, which tests of REDIS_URL need');
  console.warn('skipped: redis-server is missing, which these tests need (apt-get install redis-server)');
  return false;
}

export async function startRedis(): Promise<RedisServer> {
  const port = await freePort();
  const command = `redis-server --port ${port} --bind 127.0.0.1 --save '' --appendonly no`;
  // The shell kills it at the end of its own input, and so with us, however we end.
  const shell = spawn('sh', ['-c', `${command} & read _; kill -KILL $!; wait`], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const close = async () => {
    if (shell.exitCode !== null || shell.signalCode !== null) return;
    const ended = once(shell, 'exit');
    shell.stdin.end();
    await ended;
  };
  await orClose(() => untilListening(port), close);
  return { url: `redis://127.0.0.1:${port}`, close };
}

async function untilListening(port: number): Promise<void> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline;) {
    const socket = connect(port, '127.0.0.1');
    const open = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the Redis server of the tests did not start');
}
