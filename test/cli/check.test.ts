import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { createInbox } from '../../src/client/inbox.js';
import { RemoteKeys } from '../../src/client/remote-keys.js';
import { CONFORMANCE_CASES } from '../../src/client/conformance.cases.js';
import { SIGNATURE_PROFILES } from '../../src/protocol/vocabulary.js';
import { buildCli, dci, linesOf, startCli } from '../support/cli.js';
import { freePort } from '../../src/platform/free-port.js';

interface Case {
  name: string;
  passed: boolean;
  problem?: string;
}

beforeAll(buildCli, 180_000);

const failedOf = (cases: Case[]): string[] => cases.filter(({ passed }) => !passed).map(({ name }) => name);
const REFUSALS = CONFORMANCE_CASES.filter(({ expects }) => expects === 'REFUSED').map(({ name }) => name);

async function endpoint(listener: RequestListener) {
  const server = createServer(listener);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/on-search`;
  return { url, close: () => server.close() };
}

async function check(url: string, ...args: string[]) {
  const result = await dci(['check', '--url', url, '--jwks-port', '0', '--json', ...args]);
  return { code: result.code, ...(result.json as { passed: number; failed: number; cases: Case[] }) };
}

test.each(SIGNATURE_PROFILES)('the inbox of listen passes every case in profile %s', async (profile) => {
  const jwksPort = await freePort();
  const jwks = `http://127.0.0.1:${jwksPort}/jwks.json`;
  const inbox = startCli(['listen', '--port', '0', '--profile', profile, '--jwks', jwks, '--json']);
  const lines = linesOf(inbox);
  const { listening } = JSON.parse(String((await lines.next()).value)) as { listening: string };
  const { code, cases } = await check(`${listening}/on-search`, '--profile', profile, '--jwks-port', String(jwksPort));
  inbox.kill('SIGINT');
  expect({ code, failed: failedOf(cases) }).toEqual({ code: 0, failed: [] });
  expect(cases).toHaveLength(CONFORMANCE_CASES.length);
});

describe('the inbox in a program of a partner', () => {
  const inboxes: Record<string, (inbox: RequestListener) => RequestListener> = {
    'mounted in Express': (inbox) => express().use('/dci', inbox),
    'mounted in Express behind a raw parser': (inbox) =>
      express()
        .use(express.raw({ type: 'application/json', limit: '16mb' }))
        .use('/dci', inbox),
  };

  test.each(Object.entries(inboxes))('%s passes every case in profile HTTP', async (_, mount) => {
    const jwksPort = await freePort();
    const keys = new RemoteKeys(`http://127.0.0.1:${jwksPort}/jwks.json`);
    const port = await freePort();
    const publicUrl = `http://127.0.0.1:${port}`;
    const inbox = createInbox({ keys, profile: 'HTTP', publicUrl, receiverId: 'partner', onMessage: () => undefined });
    const server = createServer(mount(inbox)).listen(port, '127.0.0.1');
    const url = `${publicUrl}/dci/on-search`;
    const { code, cases } = await check(url, '--profile', 'HTTP', '--jwks-port', String(jwksPort));
    server.close();
    expect({ code, failed: failedOf(cases) }).toEqual({ code: 0, failed: [] });
  });

  test('behind a parser of bodies it says what is wrong; a message for somebody else it refuses', async () => {
    const jwksPort = await freePort();
    const keys = new RemoteKeys(`http://127.0.0.1:${jwksPort}/jwks.json`);
    const told: string[] = [];
    const inbox = createInbox({
      keys,
      receiverId: 'somebody-else',
      onMessage: () => undefined,
      onRefusal: ({ message }) => told.push(message),
    });
    const parsed = await endpoint(express().use(express.json()).use(inbox));
    await check(parsed.url, '--jwks-port', String(jwksPort));
    parsed.close();
    expect(told[0]).toMatch(/mount it before, or use express.raw/);
    told.length = 0;
    const other = await endpoint(inbox);
    const { cases } = await check(other.url, '--jwks-port', String(jwksPort));
    other.close();
    expect(cases[0]).toMatchObject({ passed: false, problem: expect.stringContaining('answered 400') });
    expect(told[0]).toMatch(/^header.receiver_id/);
  });
});

test('an endpoint that takes everything fails every refusal, in words', async () => {
  const naive = await endpoint((request, response) => {
    request.resume().on('end', () => response.end('{"message":{"ack_status":"ACK"}}'));
  });
  const { code, cases } = await check(naive.url);
  const { stdout } = await dci(['check', '--url', naive.url, '--jwks-port', '0']);
  naive.close();
  expect({ code, failed: failedOf(cases) }).toEqual({ code: 1, failed: REFUSALS });
  expect(stdout).toContain('FAIL  changed after signing');
  expect(stdout).toContain('answered 200, so it was taken: verify the signature over header and message');
  expect(stdout).toContain(`${REFUSALS.length} of ${CONFORMANCE_CASES.length} cases failed.`);
});

test('one that answers ERR to everything, or redirects, fails what it must take', async () => {
  const takes = CONFORMANCE_CASES.filter(({ expects }) => expects === 'TAKEN').map(({ name }) => name);
  const angry = await endpoint((request, response) => {
    request.resume().on('end', () => response.end('{"message":{"ack_status":"ERR"}}'));
  });
  expect(failedOf((await check(angry.url)).cases)).toEqual(takes);
  angry.close();
  const moved = await endpoint((request, response) => {
    request.resume().on('end', () => response.writeHead(307, { location: '/elsewhere' }).end());
  });
  const { cases } = await check(moved.url);
  moved.close();
  expect(cases[0]).toMatchObject({ passed: false, problem: expect.stringContaining('answered 307') });
});

test('one that is not there fails with the reason', async () => {
  const { code, cases } = await check(`http://127.0.0.1:${await freePort()}/on-search`);
  expect(code).toBe(1);
  expect(cases[0]?.problem).toMatch(/^no connection \(ECONNREFUSED\)/);
});

test('a port that is taken is told with the next step', async () => {
  const other = await endpoint(() => undefined);
  const { code, stderr } = await dci(['listen', '--port', new URL(other.url).port]);
  other.close();
  expect(code).toBe(1);
  expect(stderr).toMatch(/^dci: EADDRINUSE: 127\.0\.0\.1:\d+\n {2}another program listens there/);
});

test('it is sent to the endpoint and its siblings', async () => {
  const paths = new Set<string>();
  const inbox = await endpoint((request, response) => {
    paths.add(request.url ?? '');
    request.resume().on('end', () => response.end());
  });
  await check(inbox.url);
  inbox.close();
  expect([...paths].sort()).toEqual(['/notify', '/on-search', '/on-subscribe']);
});
