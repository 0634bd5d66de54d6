/**
 * Keycloak itself, with the realm of deploy/keycloak as its file says it. Where KEYCLOAK_HOME names no built distribution
 * its tests are skipped with one line, except in CI.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from './documents.js';
import { freePort } from '../../src/platform/free-port.js';
import { orClose } from './or-close.js';

const HOME = process.env['KEYCLOAK_HOME'] ?? '';
const REALM = 'deploy/keycloak/realm.json';
/** Short-lived: what starts fast, not what runs fast. */
const JAVA_OPTS = '-Xms256m -Xmx768m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC';

export interface Keycloak {
  issuer: string;
  /** Makes somebody who can sign in, with the role of the console where one is given. */
  createUser(username: string, password: string, role?: string): Promise<void>;
  /** Ends every session of theirs, as its administrator does. */
  signOut(username: string): Promise<void>;
  /** Signs with a new key from now on. */
  rotateKey(): Promise<void>;
  close(): Promise<void>;
}

/** Whether the tests that need it can run here. @throws in CI where they cannot */
export function hasKeycloak(): boolean {
  if (existsSync(join(HOME, 'bin/kc.sh'))) return true;
  if (process.env.CI) throw new Error('KEYCLOAK_HOME names no Keycloak, which tests of the sign in need');
  console.warn('skipped: KEYCLOAK_HOME names no Keycloak, which these tests need (.ci/run says where it comes from)');
  return false;
}

export async function startKeycloak(publicUrl: string): Promise<Keycloak> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const password = randomBytes(16).toString('hex');
  mkdirSync(join(HOME, 'data/import'), { recursive: true });
  cpSync(join(ROOT, REALM), join(HOME, 'data/import/realm.json'));
  const options = `--optimized --import-realm --http-enabled=true --http-host=127.0.0.1 --http-port=${port} --hostname=${url}`;
  // It is ended at the end of the shell's own input, and so with us, however we end.
  const ends = 'pid=$!; exec 3<&0; (read _ <&3; kill $pid) >&- & wait $pid';
  const shell = spawn('bash', ['-c', `bash '${HOME}/bin/kc.sh' start ${options} 2>&1 & ${ends}`], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      ...process.env,
      JAVA_OPTS,
      DCI_PUBLIC_URL: publicUrl,
      KC_BOOTSTRAP_ADMIN_USERNAME: 'root',
      KC_BOOTSTRAP_ADMIN_PASSWORD: password,
    },
  });
  const close = async () => {
    if (shell.exitCode !== null || shell.signalCode !== null) return;
    const ended = once(shell, 'exit');
    shell.stdin.end();
    await ended;
  };
  await orClose(() => untilStarted(createInterface({ input: shell.stdout })), close);
  return { issuer: `${url}/realms/dci`, ...administration(url, password), close };
}

async function untilStarted(lines: AsyncIterable<string>): Promise<void> {
  const said: string[] = [];
  for await (const line of lines) {
    if (line.includes('Listening on')) return;
    said.push(line);
  }
  throw new Error(`Keycloak did not start:\n${said.slice(-30).join('\n')}`);
}

/** Its administration API, as its first administrator. */
function administration(url: string, password: string): Pick<Keycloak, 'createUser' | 'signOut' | 'rotateKey'> {
  const signIn = async (): Promise<string> => {
    const form = { grant_type: 'password', client_id: 'admin-cli', username: 'root', password };
    const body = new URLSearchParams(form);
    const response = await fetch(`${url}/realms/master/protocol/openid-connect/token`, { method: 'POST', body });
    return ((await response.json()) as { access_token: string }).access_token;
  };
  const ask = async (path: string, body?: object): Promise<unknown> => {
    const headers = { authorization: `Bearer ${await signIn()}`, 'content-type': 'application/json' };
    const rest = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(`${url}/admin/realms/dci/${path}`, { headers, ...rest });
    const answer = await response.text();
    if (!response.ok) throw new Error(`Keycloak answers ${path} with ${response.status} ${answer}`);
    return answer === '' ? undefined : JSON.parse(answer);
  };
  const idOf = async (path: string): Promise<string> => {
    const [found] = (await ask(path)) as { id: string }[];
    return found?.id ?? '';
  };
  const userId = (username: string) => idOf(`users?exact=true&username=${username}`);
  return {
    createUser: async (username, secret, role) => {
      await ask('users', {
        username,
        enabled: true,
        emailVerified: true,
        email: `${username}@ministry.test`,
        firstName: username,
        lastName: 'of the ministry',
        credentials: [{ type: 'password', value: secret }],
      });
      if (role === undefined) return;
      const client = await idOf('clients?clientId=dci-console');
      const given = await ask(`clients/${client}/roles/${role}`);
      await ask(`users/${await userId(username)}/role-mappings/clients/${client}`, [given as object]);
    },
    signOut: async (username) => void (await ask(`users/${await userId(username)}/logout`, {})),
    rotateKey: async () => {
      const config = { priority: ['200'], algorithm: ['RS256'], keySize: ['2048'] };
      const provider = { providerId: 'rsa-generated', providerType: 'org.keycloak.keys.KeyProvider' };
      await ask('components', { name: 'next', ...provider, config });
    },
  };
}
