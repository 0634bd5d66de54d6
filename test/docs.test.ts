/** What README and docs/cli.md tell people to type is typed here, on a gateway as `npm start` makes it. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { createProgram, everyCommand } from '../src/cli/program.js';
import { buildCli } from './support/cli.js';
import { dciCommands, markdownFiles, outputPattern, ROOT, shellBlocks, shownOnly } from './support/documents.js';

const RUNTIME = join(ROOT, 'node_modules/.bin/node');
const program = createProgram();

describe('every dci command that a document shows', () => {
  const shown = markdownFiles().flatMap((file) =>
    [...shellBlocks(file).flatMap(({ script }) => dciCommands(script)), ...shownOnly(file)].map(
      (words) => [file, words.join(' '), words] as const,
    ),
  );

  test.each(shown)('%s: npx dci %s', (_file, _line, words) => {
    const { command, known } = commandOf(words);
    expect(command.commands).toEqual([]);
    const options = words.filter((word) => word.startsWith('--')).map((word) => word.split('=')[0]);
    expect(options.filter((option) => !known.has(option ?? ''))).toEqual([]);
  });

  test('is all there are', () => {
    const told = new Set(
      shown.filter(([file]) => file === 'docs/cli.md').map(([, , words]) => pathOf(commandOf(words).command)),
    );
    const leaves = everyCommand(program).filter(({ commands }) => commands.length === 0);
    expect(leaves.map(pathOf).filter((path) => !told.has(path))).toEqual([]);
  });
});

describe('the commands of README.md, docs/cli.md and the partners’ pages, in their order', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dci-docs-'));
  const env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    DATA_DIR: join(folder, '.data'),
  };
  let gateway: ChildProcess;

  beforeAll(async () => {
    await buildCli();
    chmodSync(folder, 0o755); // as root the database runs as another user
    writeFileSync(join(folder, 'npx'), `#!/bin/sh\nshift; exec '${RUNTIME}' '${join(ROOT, 'dist/cli.js')}' "$@"\n`, {
      mode: 0o755,
    });
    cpSync(join(ROOT, 'examples'), join(folder, 'examples'), { recursive: true });
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    writeFileSync(join(folder, 'partner.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    writeFileSync(join(folder, 'partner.pub.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
    Object.assign(env, { PORT: await freePort(), INBOX: await freePort(), JWKS: await freePort() });
    const open = { ALLOW_HTTP_CALLBACKS: 'true', ALLOW_PRIVATE_CALLBACKS: 'true', LOG_LEVEL: 'silent' };
    gateway = spawn(RUNTIME, [join(ROOT, 'dist/main.js')], {
      env: { ...env, ...open },
      // It stops with us, however we end.
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    for await (const line of createInterface({ input: gateway.stdout ?? process.stdin }))
      if (line.includes('is ready')) break;
  }, 300_000);
  afterAll(async () => {
    if (gateway?.kill('SIGTERM')) await once(gateway, 'exit');
    rmSync(folder, { recursive: true });
  });

  const partners = ['openspp', 'opencrvs', 'openg2p', 'openimis'].map((vendor) => `docs/partners/${vendor}.md`);
  const blocks = ['README.md', 'docs/cli.md', ...partners].flatMap(shellBlocks);

  test.each(blocks.map(({ script, output }) => [script.trim(), output] as const))(
    '%s',
    async (script, output) => {
      const path = `${folder}:${env['PATH']}`;
      const options = { cwd: folder, env: { ...env, PATH: path } };
      const { stdout } = await promisify(execFile)(
        'sh',
        ['-ec', `trap 'kill $! 2>&- || :' EXIT\n${withPorts(script)}`],
        options,
      );
      expect(stdout).toMatch(outputPattern(output ?? ''));
    },
    90_000,
  );

  const withPorts = (script: string): string =>
    script.replaceAll('4400', env['INBOX'] ?? '').replaceAll('4401', env['JWKS'] ?? '');
});

/** Walks the words down the commands; `known` are the options that may stand with them. */
function commandOf(words: readonly string[]): { command: Command; known: Set<string> } {
  let command: Command = program;
  const known = new Set(['--help']);
  const learn = (): void => command.options.forEach(({ long }) => known.add(long ?? ''));
  learn();
  for (const word of words) {
    const next = command.commands.find((one) => one.name() === word);
    if (next === undefined) continue;
    command = next;
    learn();
  }
  return { command, known };
}

const pathOf = (command: Command): string =>
  command.parent === null ? '' : `${pathOf(command.parent)} ${command.name()}`.trim();

async function freePort(): Promise<string> {
  const probe = createServer();
  await once(probe.listen(0, '127.0.0.1'), 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise((closed) => probe.close(closed));
  return String(port);
}
