/**
 * A port that nobody has: for a server whose address must be known before it is started. Below those that systems give to
 * whoever connects (32768 and up on Linux): one of those may be taken while the server starts, or while it is restarted.
 */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

const [LOWEST, HIGHEST] = [12_000, 32_000];

/** Of 127.0.0.1. @throws where a port cannot be listened on for another reason than that it is taken */
export async function freePort(): Promise<number> {
  const port = randomInt(LOWEST, HIGHEST);
  const probe = createServer().listen(port, '127.0.0.1');
  try {
    await once(probe, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return freePort();
    throw error;
  }
  probe.close();
  await once(probe, 'close');
  return port;
}
