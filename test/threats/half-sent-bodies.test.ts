/** Whoever has no token holds memory: large bodies that never end, on many connections. Here such a body is refused before it is read. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { startTestGateway, type TestGateway } from '../support/gateway.js';

const SEARCH = '/dci/v1/social/registry/sync/search';
const LENGTH = 'Content-Length: 1000000';
const FORMS = [
  [SEARCH, LENGTH],
  [`${SEARCH}?again`, LENGTH],
  [SEARCH, 'Transfer-Encoding: chunked'],
  [SEARCH, 'Content-Length: 1000\r\nContent-Encoding: gzip'],
  ['/dci/v1/search', LENGTH],
  ['/graphql', LENGTH],
  ['/graphql?again', LENGTH],
] as const;

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { ROLE: 'api' } });
});
afterAll(() => gateway?.close());

test.each(FORMS.flatMap((form) => [undefined, 'no.such.token'].map((token) => [...form, token] as const)))(
  '%s, %j, token %s',
  async (path, length, token) => {
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname);
    const authorization = token === undefined ? [] : [`Authorization: Bearer ${token}`];
    const lines = [`POST ${path} HTTP/1.1`, `Host: ${hostname}`, 'Content-Type: application/json', ...authorization];
    try {
      socket.write([...lines, length, '', ''].join('\r\n'));
      const [answer] = (await once(socket, 'data')) as [Buffer];
      expect(answer.toString()).toMatch(/^HTTP\/1.1 401 /);
    } finally {
      socket.destroy();
    }
  },
);
