import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { ServerOptions } from 'node:https';
import { connect, createServer as createTcpServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';

import { OutboundFailed, OutboundRefused } from '../../src/platform/outbound-errors.js';
import { createOutbound } from '../../src/platform/outbound-http.js';
import type { OutboundOptions } from '../../src/platform/outbound-http.js';
import { startDnsStub } from '../support/dns-stub.js';
import type { DnsStub } from '../support/dns-stub.js';

const pem = (name: string) => readFileSync(new URL(`../support/tls/${name}`, import.meta.url), 'utf8');
const ca = pem('ca.pem');
const partnerTls = { cert: pem('partner.test.pem'), key: pem('partner.test.key.pem') };
const gatewayTls = { cert: pem('gateway.test.pem'), key: pem('gateway.test.key.pem') };

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  });
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('not listening');
  return address.port;
}

const serve = (listener: RequestListener) => listen(createServer(listener));
const serveTls = (options: ServerOptions, listener: RequestListener) =>
  listen(createSecureServer({ ...partnerTls, ...options }, listener));

function tlsOf({ socket }: IncomingMessage): TLSSocket {
  if (socket instanceof TLSSocket) return socket;
  throw new Error('no TLS');
}

async function dns(answer: Parameters<typeof startDnsStub>[0]): Promise<DnsStub> {
  const stub = await startDnsStub(answer);
  closing.push(() => stub.close());
  return stub;
}

const toLoopback = () => dns(() => ['127.0.0.1']);

function outbound(options: Partial<OutboundOptions> = {}) {
  return createOutbound({
    allowHttp: true,
    allowPrivate: true,
    timeoutMs: 30_000,
    maxResponseBytes: 1_000,
    ...options,
  });
}

/** What the request failed with: the class, and the kind where there is one. */
async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'answered',
    (error: unknown) => {
      if (error instanceof OutboundRefused) return 'refused';
      return error instanceof OutboundFailed ? error.kind : error;
    },
  );
}

/** A proxy that wants `user:pass` and keeps what it was asked to connect to. */
async function startProxy(): Promise<{ port: number; targets: string[] }> {
  const targets: string[] = [];
  const server = createServer().on('connect', (request, client) => {
    const login = Buffer.from('user:pass').toString('base64');
    if (request.headers['proxy-authorization'] !== `Basic ${login}`) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    targets.push(request.url ?? '');
    const target = new URL(`http://${request.url}`);
    const upstream = connect(Number(target.port), target.hostname, () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on('error', () => client.destroy()).on('close', () => client.destroy());
    client.on('error', () => upstream.destroy()).on('end', () => upstream.destroy());
  });
  return { port: await listen(server), targets };
}

const ANSWERS_AFTER_MS = 50;

test('a request reaches the partner whole, and its answer comes back with address and time', async () => {
  const port = await serve((request, response) => {
    const { host, 'content-length': length, digest } = request.headers;
    response.writeHead(202, { 'x-echo': JSON.stringify([request.method, request.url, host, length, digest]) });
    setTimeout(() => request.pipe(response), ANSWERS_AFTER_MS);
  });
  const { lookup } = await toLoopback();
  const started = performance.now();
  const answer = await outbound({ lookup }).request({
    method: 'POST',
    url: `http://partner.test:${port}/on-search?a=1`,
    headers: { digest: 'x', Host: 'forged.test' },
    body: '{"ü":1}',
    allowedHosts: [`partner.test:${port}`],
  });
  expect(answer).toMatchObject({ status: 202, truncated: false, address: '127.0.0.1' });
  expect(answer.body.toString()).toBe('{"ü":1}');
  const echo = JSON.parse(String(answer.headers['x-echo']));
  expect(echo).toEqual(['POST', '/on-search?a=1', `partner.test:${port}`, '8', 'x']);
  // A timer may be a millisecond early.
  expect(answer.durationMs).toBeGreaterThanOrEqual(ANSWERS_AFTER_MS - 2);
  expect(answer.durationMs).toBeLessThan(performance.now() - started + 1);
});

describe('addresses', () => {
  test('a name that answers differently the second time: the first answer is what we connect to', async () => {
    const port = await serve((_, response) => response.end('hello'));
    const stub = await dns((question) => (question === 0 ? ['127.0.0.1'] : ['169.254.169.254']));
    const { request } = outbound({ lookup: stub.lookup });
    const url = `http://partner.test:${port}/`;
    expect(await request({ method: 'GET', url })).toMatchObject({ status: 200, address: '127.0.0.1' });
    expect(stub.questions).toEqual(['partner.test']);
    // Nothing of the first request is kept: the second asks anew, and is refused for the new answer.
    expect(await failure(request({ method: 'GET', url }))).toBe('refused');
  });

  test('one forbidden address among the answers is enough', async () => {
    let visits = 0;
    const port = await serve((_, response) => response.end(String(visits++)));
    const stub = await dns(() => ['8.8.8.8', '127.0.0.1']);
    const { request } = outbound({ lookup: stub.lookup, allowPrivate: false });
    const attempt = request({ method: 'GET', url: `http://partner.test:${port}/` });
    await expect(attempt).rejects.toThrow('the host of the URL must have public addresses only');
    expect(visits).toBe(0);
  });

  test('a host that is not registered is refused before its name is resolved', async () => {
    const stub = await toLoopback();
    const { request } = outbound({ lookup: stub.lookup });
    const attempt = request({ method: 'GET', url: 'http://evil.test/', allowedHosts: ['partner.test'] });
    await expect(attempt).rejects.toThrow('the host of the URL is not registered for this sender');
    expect(stub.questions).toEqual([]);
  });

  test('a redirect to loopback is an answer, not a step', async () => {
    let visits = 0;
    const inner = await serve((_, response) => response.end(String(visits++)));
    const port = await serve((_, response) => {
      response.writeHead(302, { location: `http://127.0.0.1:${inner}/admin` }).end();
    });
    const answer = await outbound().request({ method: 'GET', url: `http://127.0.0.1:${port}/` });
    expect(answer.status).toBe(302);
    expect(visits).toBe(0);
  });

  test('names and name servers that fail are the network’s fault', async () => {
    const none = await dns(() => []);
    expect(await failure(outbound({ lookup: none.lookup }).request({ method: 'GET', url: 'http://a.test/' }))).toBe(
      'dns',
    );
    const silent = await dns(() => undefined);
    const { request } = outbound({ lookup: silent.lookup, timeoutMs: 200 });
    const several = [1, 2, 3].map(() => failure(request({ method: 'GET', url: 'http://a.test/' })));
    expect(await Promise.all(several)).toEqual(['timeout', 'timeout', 'timeout']);
    // Nobody waits for it any more, and it is still being asked: once.
    expect(await failure(request({ method: 'GET', url: 'http://a.test/' }))).toBe('timeout');
    expect(silent.questions).toEqual(['a.test']);
  });
});

describe('limits', () => {
  test.each([
    ['hangs before its answer', () => undefined],
    ['hangs in the middle of it', (response: Parameters<RequestListener>[1]) => void response.write('half')],
  ])('a partner that %s is cut off', async (_, behave) => {
    const port = await serve((_request, response) => behave(response));
    const started = performance.now();
    const attempt = outbound().request({ method: 'GET', url: `http://127.0.0.1:${port}/`, timeoutMs: 200 });
    expect(await failure(attempt)).toBe('timeout');
    expect(performance.now() - started).toBeLessThan(15_000);
  });

  test('a partner that drips bytes forever is cut off too', async () => {
    const port = await serve((_, response) => {
      const timer = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(timer));
    });
    const attempt = outbound({ timeoutMs: 300 }).request({ method: 'GET', url: `http://127.0.0.1:${port}/` });
    expect(await failure(attempt)).toBe('timeout');
  });

  test('a long answer is cut, a short one not', async () => {
    const port = await serve((request, response) => response.end('x'.repeat(Number(request.url?.slice(1)))));
    const get = (size: number) => outbound().request({ method: 'GET', url: `http://127.0.0.1:${port}/${size}` });
    expect(await get(1_000)).toMatchObject({ truncated: false, body: Buffer.alloc(1_000, 'x') });
    expect(await get(5_000_000)).toMatchObject({ status: 200, truncated: true, body: Buffer.alloc(1_000, 'x') });
  });

  test('a dropped connection and a closed port are told apart', async () => {
    const port = await serve((request) => request.socket.destroy());
    expect(await failure(outbound().request({ method: 'GET', url: `http://127.0.0.1:${port}/` }))).toBe('response');
    const half = await serve((request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => request.socket.destroy());
    });
    expect(await failure(outbound().request({ method: 'GET', url: `http://127.0.0.1:${half}/` }))).toBe('response');
    expect(await failure(outbound().request({ method: 'GET', url: 'http://127.0.0.1:1/' }))).toBe('connect');
  });

  test('the caller may give up', async () => {
    const port = await serve(() => undefined);
    const attempt = outbound().request({
      method: 'GET',
      url: `http://127.0.0.1:${port}/`,
      signal: AbortSignal.timeout(50),
    });
    expect(await failure(attempt)).toBe('aborted');
  });
});

describe('connections', () => {
  test('one that was answered over serves the next, one at a time', async () => {
    const sockets = new Set<unknown>();
    const port = await serve((request, response) => {
      sockets.add(request.socket);
      setTimeout(() => response.end('ok'), 20);
    });
    const { request } = outbound();
    const get = () => request({ method: 'GET', url: `http://127.0.0.1:${port}/` });
    for (let i = 0; i < 3; i++) expect(await get()).toMatchObject({ status: 200, address: '127.0.0.1' });
    expect(sockets.size).toBe(1);
    await Promise.all([get(), get()]);
    expect(sockets.size).toBe(2);
  });

  test('over one that breaks when it is used again, the request goes once more, over a new one; over a new one it has failed', async () => {
    const asked: string[] = [];
    let first: unknown;
    const port = await serve((request, response) => {
      first ??= request.socket;
      asked.push(request.url ?? '');
      if (asked.length === 1) response.end();
      else if (request.socket === first || request.url === '/broken') request.socket.destroy();
      else response.end('again');
    });
    const { request } = outbound();
    const post = (path: string) => request({ method: 'POST', url: `http://127.0.0.1:${port}${path}`, body: 'x' });
    await post('/first');
    expect((await post('/second')).body.toString()).toBe('again');
    expect(asked).toEqual(['/first', '/second', '/second']);
    expect(await failure(post('/broken'))).toBe('response');
    expect(asked.slice(3)).toEqual(['/broken', '/broken']);
  });

  test('what was given up is not sent later, and its connection serves nobody', async () => {
    const sockets = new Set<unknown>();
    const port = await serve((request, response) => {
      sockets.add(request.socket);
      if (request.url === '/') response.setHeader('retry-after', ['7', '9']).end();
    });
    const { request } = outbound();
    const get = (path: string, signal?: AbortSignal) =>
      request({ method: 'GET', url: `http://127.0.0.1:${port}${path}`, ...(signal && { signal }) });
    expect((await get('/')).headers['retry-after']).toBe('7');
    expect(await failure(get('/silent', AbortSignal.timeout(100)))).toBe('aborted');
    expect(await failure(get('/never', AbortSignal.abort()))).toBe('aborted');
    await get('/');
    expect(sockets.size).toBe(2);
  });
});

describe('TLS', () => {
  test('the name of the URL is what the certificate must fit, and what the server hears', async () => {
    const port = await serveTls({}, (request, response) => {
      response.end(`${Reflect.get(tlsOf(request), 'servername')} ${request.headers.host}`);
    });
    const { lookup } = await toLoopback();
    const { request } = outbound({ lookup });
    const answer = await request({ method: 'GET', url: `https://partner.test:${port}/`, tls: { ca } });
    expect(answer.body.toString()).toBe(`partner.test partner.test:${port}`);
    expect(await failure(request({ method: 'GET', url: `https://other.test:${port}/`, tls: { ca } }))).toBe('tls');
    expect(await failure(request({ method: 'GET', url: `https://127.0.0.1:${port}/`, tls: { ca } }))).toBe('tls');
    expect(await failure(request({ method: 'GET', url: `https://partner.test:${port}/` }))).toBe('tls');
  });

  test('a partner that asks for our certificate gets it', async () => {
    const options = { ca, requestCert: true, rejectUnauthorized: true };
    const port = await serveTls(options, (request, response) => {
      response.end(tlsOf(request).getPeerCertificate().subject.CN);
    });
    const { lookup } = await toLoopback();
    const url = `https://partner.test:${port}/`;
    const answer = await outbound({ lookup }).request({ method: 'GET', url, tls: { ca, ...gatewayTls } });
    expect(answer.body.toString()).toBe('gateway.test');
    expect(await failure(outbound({ lookup }).request({ method: 'GET', url, tls: { ca } }))).toBe('response');
  });
});

/** A certificate of its own making, for so many days from now. */
function selfSigned(days: number): { cert: string; key: string } {
  const folder = mkdtempSync(join(tmpdir(), 'dci-tls-'));
  const [key, asked, cert] = ['key.pem', 'asked.pem', 'cert.pem'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' });
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=partner.test'];
  openssl('req', '-new', ...kind, '-keyout', key, '-out', asked);
  openssl('x509', '-req', '-in', asked, '-signkey', key, '-days', String(days), '-out', cert);
  const made = { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
  rmSync(folder, { recursive: true });
  return made;
}

describe('what is wrong with TLS is told apart', () => {
  const said = async (port: number, name = 'partner.test', tls = {}) => {
    const { lookup } = await toLoopback();
    return outbound({ lookup })
      .request({ method: 'GET', url: `https://${name}:${port}/`, tls })
      .then(
        () => 'answered',
        (error: unknown) => (error instanceof OutboundFailed ? error.message : error),
      );
  };
  const answerOk: RequestListener = (_, response) => void response.end();

  test('another name, an unknown authority, a certificate of its own making, one that has expired', async () => {
    const port = await serveTls({}, answerOk);
    expect(await said(port, 'partner.test', { ca })).toBe('answered');
    expect(await said(port, 'other.test', { ca })).toBe('the certificate of the host is for another name');
    expect(await said(port)).toMatch(/^the certificate of the host is from an authority that is not known/);
    expect(await said(await serveTls(selfSigned(2), answerOk))).toBe('the certificate of the host is self-signed');
    const expired = selfSigned(-1);
    const trusted = { ca: expired.cert };
    expect(await said(await serveTls(expired, answerOk), 'partner.test', trusted)).toBe(
      'the certificate of the host has expired',
    );
  });

  test('an old version, no cipher in common, no TLS at all, a host that breaks off, one that wants a certificate', async () => {
    const old = await serveTls({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }, answerOk);
    expect(await said(old, 'partner.test', { ca })).toMatch(/^the host speaks no version of TLS that is allowed/);
    const ciphers = { maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA:@SECLEVEL=0', honorCipherOrder: true } as const;
    expect(
      await said(await serveTls(ciphers, answerOk), 'partner.test', { ca, ciphers: 'ECDHE-RSA-AES256-GCM-SHA384' }),
    ).toBe('the host and we have no cipher in common');
    expect(await said(await serve(answerOk))).toBe('the host does not speak TLS at this port');
    const rude = createTcpServer((socket) => socket.destroy());
    rude.listen(0, '127.0.0.1');
    await once(rude, 'listening');
    closing.push(() => rude.close());
    expect(await said((rude.address() as AddressInfo).port)).toBe('the TLS handshake with the host failed');
    const strict = await serveTls({ ca, requestCert: true, rejectUnauthorized: true }, answerOk);
    expect(await said(strict, 'partner.test', { ca })).toMatch(
      /^the host does not accept our certificate, or wants one/,
    );
  });
});

describe('through a forward proxy', () => {
  test('the proxy gets the checked address, the partner the name', async () => {
    const port = await serveTls({}, (request, response) => response.end(request.headers.host));
    const proxy = await startProxy();
    const { lookup } = await toLoopback();
    const { request } = outbound({ lookup, proxyUrl: `http://user:pass@127.0.0.1:${proxy.port}` });
    const answer = await request({ method: 'GET', url: `https://partner.test:${port}/`, tls: { ca } });
    expect(answer.body.toString()).toBe(`partner.test:${port}`);
    expect(proxy.targets).toEqual([`127.0.0.1:${port}`]);
  });

  test('a forbidden address never reaches the proxy, and a refusing proxy is a failure', async () => {
    const proxy = await startProxy();
    const stub = await dns(() => ['10.0.0.1']);
    const proxyUrl = `http://user:pass@127.0.0.1:${proxy.port}`;
    const strict = outbound({ lookup: stub.lookup, proxyUrl, allowPrivate: false });
    expect(await failure(strict.request({ method: 'GET', url: 'https://partner.test/' }))).toBe('refused');
    expect(proxy.targets).toEqual([]);
    const anonymous = outbound({ lookup: stub.lookup, proxyUrl: `http://127.0.0.1:${proxy.port}` });
    expect(await failure(anonymous.request({ method: 'GET', url: 'http://partner.test/' }))).toBe('connect');
  });
});
