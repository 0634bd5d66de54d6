/** Another server that answers without end, packed small: it is given up before it fills our memory. */
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { createClient } from '../../src/client/client.js';
import { RemoteKeys } from '../../src/client/remote-keys.js';
import { until } from '../support/until.js';

let server: Server;
let url: string;
let open = 0;

function* spaces(): Generator<Buffer> {
  for (const some = Buffer.alloc(1_048_576, ' '); ;) yield some;
}

beforeAll(async () => {
  server = createServer((_request, response) => {
    open += 1;
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    pipeline(Readable.from(spaces()), createGzip({ level: 1 }), response, () => (open -= 1));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.closeAllConnections());

test.each([
  [
    'an answer',
    async () => {
      const privateKey = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
      return (await createClient({ url, senderId: 'us', clientSecret: 'secret', privateKey })).newToken();
    },
    'the answer is longer than 32 MiB',
  ],
  ['keys', () => new RemoteKeys(`${url}/jwks.json`).verificationKey('some'), 'is not a JWKS'],
])('%s', async (_what, ask, refusal) => {
  await expect(ask()).rejects.toThrow(refusal);
  await until(() => open === 0);
});
