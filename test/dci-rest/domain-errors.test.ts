/** What a use case refuses is told as what it is by every door, and only a fault of ours as one that passes by itself. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { Exchange } from '../../src/dci-rest/exchange.js';
import { refuse } from '../../src/dci-rest/refusals.js';
import { refusalOf } from '../../src/jobs/refused-request.js';
import { ItemRejected } from '../../src/protocol/errors.js';
import { KeyInvalid } from '../../src/protocol/signature/key.policy.js';
import { lastResort } from '../../src/server/fallback.js';
import { late } from '../../src/use-cases/deadline.js';
import { conflict, forbidden, invalid, notFound, unauthenticated } from '../../src/use-cases/errors.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { ROLE: 'api' } });
});
afterAll(() => gateway.close());

/** As PostgreSQL tells it: two of one key. */
async function twice(): Promise<unknown> {
  const insert = () => gateway.database.query(`insert into revoked_admin values ('twice', now(), 'test')`);
  return insert()
    .then(insert)
    .catch((error: unknown) => error);
}

const BAD = 'err.request.bad';
const AWAY = 'err.service.unavailable';
const CASES: [what: string, error: () => unknown, status: number, code: string, job: string | undefined][] = [
  ['invalid', () => invalid('fields', 'name one'), 400, BAD, BAD],
  ['not found', () => notFound('id', 'no such thing'), 404, 'err.request.not_found', 'err.request.not_found'],
  ['conflict', () => conflict('id', 'it has ended'), 400, BAD, BAD],
  ['forbidden', () => forbidden('not yours'), 403, 'err.request.forbidden', 'err.request.forbidden'],
  [
    'unauthenticated',
    () => unauthenticated('send a token'),
    401,
    'err.request.unauthorized',
    'err.request.unauthorized',
  ],
  [
    'a bad item',
    () => new ItemRejected('rjct.search_criteria.invalid', 'no'),
    400,
    BAD,
    'rjct.search_criteria.invalid',
  ],
  ['a bad key', () => new KeyInvalid('too short'), 400, BAD, BAD],
  ['made by somebody else', twice, 400, BAD, undefined],
  ['late', late, 503, AWAY, undefined],
  ['a fault of ours', () => new TypeError('undefined is no function'), 503, AWAY, undefined],
];

test.each(CASES)('%s at the facade', async (_what, make, status, code) => {
  const request = { method: 'POST', url: '/', headers: {}, body: Buffer.from('{}'), remoteAddress: undefined };
  const exchange = new Exchange(request, undefined, undefined, new Date());
  const reply = await refuse(await make(), exchange, gateway.services, 'SYNC');
  expect(reply).toMatchObject({ status, body: { message: { error: { code } } } });
});

test.each(CASES)('%s behind all routers', async (_what, make, status, code) => {
  const error = await make();
  const app = express().get('/', () => {
    throw error;
  });
  const server = app.use(lastResort(gateway.services)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  server.close();
  expect({ status: answer.status, body: await answer.json() }).toMatchObject({
    status,
    body: { message: { error: { code } } },
  });
});

test.each(CASES)(
  '%s of an accepted request is told in its callback, or it is tried again',
  async (...[, make, , , job]) => {
    expect(refusalOf(await make())?.code).toBe(job);
  },
);
