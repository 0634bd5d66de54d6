/** Real processes of the gateway, from compiled code, on one database; a test kills and restarts them. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { buildCli, COMPILED } from './cli.js';
import { freePort } from '../../src/platform/free-port.js';
import type { GraphqlAnswer, TestGateway } from './gateway.js';
import { orClose } from './or-close.js';

const ROOT = new URL('../../', import.meta.url).pathname;
const CLOCK = join(ROOT, 'test/support/clock-offset.mjs');
const NODE = join(ROOT, 'node_modules/.bin/node');

export interface FleetProcess {
  readonly url: string;
  /** SIGKILL: no chance to give anything back. */
  kill(): Promise<void>;
  /** SIGTERM, as a rollout has it. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Puts its clock off against ours, at once; after a new start it goes right. */
  setClock(offsetMs: number): void;
}

export interface Fleet {
  adminToken: string;
  api: FleetProcess[];
  workers: FleetProcess[];
  /** What the processes wrote on standard error. */
  complaints: string[];
  close(): Promise<void>;
}

interface FleetOptions {
  api: number;
  workers: number;
  env?: Record<string, string>;
}

export async function startFleet(databaseUrl: string, { api, workers, env = {} }: FleetOptions): Promise<Fleet> {
  await buildCli();
  const adminToken = 'fleet-admin-token';
  const complaints: string[] = [];
  const ports = await Promise.all(Array.from({ length: api + workers }, freePort));
  const common = {
    DATABASE_URL: databaseUrl,
    MASTER_KEY: randomBytes(32).toString('base64'),
    ADMIN_TOKEN: adminToken,
    // One name for all of them, so that a token of one is good for the others.
    PUBLIC_URL: `http://127.0.0.1:${ports[0]}`,
    SEED: 'none',
    ALLOW_HTTP_CALLBACKS: 'true',
    ALLOW_PRIVATE_CALLBACKS: 'true',
    LOG_LEVEL: 'error',
    DB_POOL_SIZE: '10',
    ...env,
  };
  const processes = ports.map((port, index) => {
    const own = { ...common, PORT: String(port), ROLE: index < api ? 'api' : 'worker' };
    return fleetProcess(port, own, complaints);
  });
  const close = async () => void (await Promise.all(processes.map((one) => one.kill())));
  await orClose(() => Promise.all(processes.map((one) => one.start())), close);
  return { adminToken, api: processes.slice(0, api), workers: processes.slice(api), complaints, close };
}

function fleetProcess(port: number, env: Record<string, string>, complaints: string[]): FleetProcess {
  let child: ChildProcess | undefined;
  const url = `http://127.0.0.1:${port}`;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const victim = child;
    child = undefined;
    if (victim === undefined || victim.exitCode !== null || victim.signalCode !== null) return;
    const ended = once(victim, 'exit');
    victim.kill(signal);
    await ended;
  };
  return {
    url,
    start: async () => {
      // The channel closes when we end, however we do, which tells the child to stop (platform/shutdown.ts).
      const started = spawn(NODE, ['--import', CLOCK, join(ROOT, 'dist/bin/main.js')], {
        cwd: ROOT,
        env: { PATH: process.env.PATH, ...COMPILED, ...env },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      });
      child = started;
      started.stderr?.on('data', (data: Buffer) => complaints.push(data.toString()));
      started.stdout?.on('data', (data: Buffer) => complaints.push(...errorLines(data.toString())));
      for (const deadline = Date.now() + 120_000; !(await answers(url));) {
        if (started.exitCode !== null || started.signalCode !== null)
          throw new Error(`a process of the fleet ended: ${complaints.join('')}`);
        if (Date.now() > deadline) throw new Error(`a process of the fleet did not start: ${complaints.join('')}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    setClock: (offsetMs) => void child?.send({ offsetMs }),
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}

/** As the administrator, at one of its processes. */
export async function askFleet<Data>(
  { adminToken }: Fleet,
  url: string,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<GraphqlAnswer<Data>> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${adminToken}` },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as GraphqlAnswer<Data>;
}

/** What the helpers of partners need of a gateway: its first API process. */
export function clientOf(fleet: Fleet): TestGateway {
  const url = fleet.api[0]?.url ?? '';
  const admin = async <Data>(query: string, variables: Record<string, unknown> = {}): Promise<Data> => {
    const { data, errors } = await askFleet<Data>(fleet, url, query, variables);
    if (errors !== undefined || data == null) throw new Error(JSON.stringify(errors ?? 'no data'));
    return data;
  };
  return { url, admin } as TestGateway;
}

const errorLines = (text: string): string[] => text.split('\n').filter((line) => line.startsWith('{"level":"error"'));

const answers = (url: string): Promise<boolean> =>
  fetch(`${url}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
