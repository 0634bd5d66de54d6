/** nginx with the file of deploy/nginx, on a port of its own. Where the program is missing its tests are skipped with one line, except in CI. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { freePort } from '../../src/platform/free-port.js';
import { ROOT } from './documents.js';
import { orClose } from './or-close.js';
import { until } from './until.js';

export interface Nginx {
  /** @param withCertificate as partner.test */
  ask(path: string, asked?: Asked): Promise<{ status: number; headers: IncomingHttpHeaders; body: string }>;
  close(): Promise<void>;
}

interface Asked {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  withCertificate?: boolean;
}

const TLS = join(ROOT, 'test/support/tls');
const pem = (name: string): string => readFileSync(join(TLS, name), 'utf8');

/** Whether the tests that need it can run here. @throws in CI where they cannot */
export function hasNginx(): boolean {
  if (spawnSync('nginx', ['-v']).status === 0) return true;
  if (process.env.CI) throw new Error('nginx is missing, which tests of deploy/nginx need');
  console.warn('skipped: nginx is missing, which these tests need (apt-get install nginx-light)');
  return false;
}

/** @param ports of the processes that it stands before */
export async function startNginx(ports: string[]): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), 'dci-nginx-'));
  const port = await freePort();
  const servers = ports.values();
  const site = readFileSync(join(ROOT, 'deploy/nginx/dci-gateway.conf'), 'utf8')
    .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
    .replaceAll(/127\.0\.0\.1:400\d/g, () => `127.0.0.1:${servers.next().value}`)
    .replace('/etc/nginx/dci/server.pem', join(TLS, 'gateway.test.pem'))
    .replace('/etc/nginx/dci/server.key.pem', join(TLS, 'gateway.test.key.pem'));
  writeFileSync(join(folder, 'site.conf'), site);
  writeFileSync(join(folder, 'nginx.conf'), frame(folder));
  const command = `nginx -e '${folder}/error.log' -c '${folder}/nginx.conf'`;
  // The shell ends it at the end of its own input, and so with us, however we end.
  const shell = spawn('sh', ['-c', `${command} & read _; kill -TERM $!; wait`], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = once(shell, 'exit');
  const tls = { ca: pem('ca.pem'), servername: 'gateway.test', keepAlive: true };
  const agents = [
    new Agent(tls),
    new Agent({ ...tls, cert: pem('partner.test.pem'), key: pem('partner.test.key.pem') }),
  ];
  const ask: Nginx['ask'] = (path, { method = 'GET', headers = {}, body, withCertificate = false } = {}) =>
    new Promise((resolve, reject) => {
      const agent = agents[withCertificate ? 1 : 0];
      const asking = request({ agent, host: '127.0.0.1', port, path, method, headers });
      asking.on('error', reject).on('upgrade', ({ statusCode = 0, headers: told }, socket) => {
        socket.destroy();
        resolve({ status: statusCode, headers: told, body: '' });
      });
      asking.on('response', (response) => {
        const { statusCode = 0, headers: told } = response;
        text(response).then((read) => resolve({ status: statusCode, headers: told, body: read }), reject);
      });
      asking.end(body);
    });
  const close = async (): Promise<void> => {
    for (const agent of agents) agent.destroy();
    shell.stdin.end();
    await ended;
    rmSync(folder, { recursive: true });
  };
  const answers = (): Promise<boolean> =>
    ask('/metrics').then(
      () => true,
      () => false,
    );
  await orClose(() => until(answers, { seen: () => readFileSync(join(folder, 'error.log'), 'utf8') }), close);
  return { ask, close };
}

/** What a distribution's nginx.conf has around the file. */
const frame = (folder: string): string => `
daemon off;
worker_processes 1;
pid ${folder}/pid;
${process.getuid?.() === 0 ? 'user root;' : ''}
events {}
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((of) => `${of}_temp_path ${folder}/${of};`).join('\n  ')}
  include ${folder}/site.conf;
}
`;
