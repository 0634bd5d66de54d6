/** The body of a request whose length is stated and bounded, as its very bytes. */
import type { IncomingMessage } from 'node:http';

/** @throws when it does not arrive whole */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .once('end', () => resolve(Buffer.concat(chunks)))
      .once('error', reject);
  });
}
