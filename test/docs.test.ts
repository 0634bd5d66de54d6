/**
 * What README, docs/cli.md and docs/partners.md tell people to type is typed here, on a gateway as `npm start` makes it:
 * the page for partners in a folder that has nothing of the repository but what a registry hands out.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { createProgram } from '../src/cli/program.js';
import { everyCommand } from '../src/cli/run-program.js';
import { buildCli, COMPILED } from './support/cli.js';
import {
  dciBlocks,
  dciCommands,
  markdownFiles,
  namedBlocks,
  outputPattern,
  ROOT,
  shellBlocks,
  shownOnly,
} from './support/documents.js';
import { freePort } from '../src/platform/free-port.js';
import { VECTORS_IN_BRUNO, VECTORS_IN_PYTHON } from './support/vector-programs.js';

const RUNTIME = join(ROOT, 'node_modules/.bin/node');
const execute = promisify(execFile);
const program = createProgram();

describe('every dci command that a document shows', () => {
  const shown = markdownFiles().flatMap((file) =>
    [...dciBlocks(file).flatMap(({ script }) => dciCommands(script)), ...shownOnly(file)].map(
      (words) => [file, words.join(' '), words] as const,
    ),
  );

  test.each(shown)('%s: npx dci %s', (_file, _line, words) => {
    const { command, known } = commandOf(words);
    expect(command.commands.map((missing) => missing.name())).toEqual([]);
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

describe('what is shown to partners', () => {
  const pages = markdownFiles().filter((file) => /^docs\/(partners|cli)\b/.test(file));
  const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

  test.each(pages)('%s names the settings that open callbacks to this machine', (page) => {
    expect(read(page)).toContain('ALLOW_HTTP_CALLBACKS=true ALLOW_PRIVATE_CALLBACKS=true npm start');
  });

  test('no two pages make the same sender', () => {
    const made = markdownFiles().flatMap((file) =>
      [...read(file).matchAll(/dci sender add ([\w-]+)/g)].map(([, name]) => name),
    );
    expect(made.length).toBeGreaterThan(5);
    expect(made.filter((name, index) => made.indexOf(name) !== index)).toEqual([]);
  });
});

describe('the model of docs/scaling.md', () => {
  const page = readFileSync(join(ROOT, 'docs/scaling.md'), 'utf8');
  const model = async (...words: string[]): Promise<string> =>
    (await execute(RUNTIME, ['bench/model.mjs', ...words], { cwd: ROOT })).stdout;
  const processes = async (...words: string[]): Promise<number> =>
    (JSON.parse(await model('--json', ...words)) as { result: { gatewayProcesses: number } }).result.gatewayProcesses;

  test('is what its command says of the costs that were measured', async () => {
    expect(page).toContain(`\`\`\`text\n${await model()}\`\`\``);
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
    expect(scripts).toMatchObject({ 'bench:model': 'exec node bench/model.mjs' });
  });

  test('of another country is another', async () => {
    const options = /^npm run bench:model -- (--persons .*?) {2}/m.exec(page)?.[1]?.split(' ') ?? [];
    expect(options).toHaveLength(4);
    expect(await processes(...options)).toBeLessThan(await processes());
    await expect(model('--peak', '0')).rejects.toThrow('--peak: a number above 0');
  });
});

describe('the commands of README.md, docs/cli.md and the partners’ pages, in their order', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dci-docs-'));
  const env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    DATA_DIR: join(folder, '.data'),
    ...COMPILED,
  };
  let gateway: ChildProcess;

  beforeAll(async () => {
    await buildCli();
    chmodSync(folder, 0o755); // as root the database runs as another user
    writeFileSync(
      join(folder, 'npx'),
      `#!/bin/sh\nshift; exec '${RUNTIME}' '${join(ROOT, 'dist/bin/cli.js')}' "$@"\n`,
      {
        mode: 0o755,
      },
    );
    cpSync(join(ROOT, 'examples'), join(folder, 'examples'), { recursive: true });
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    writeFileSync(join(folder, 'partner.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    writeFileSync(join(folder, 'partner.pub.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
    Object.assign(env, { PORT: `${await freePort()}`, INBOX: `${await freePort()}`, JWKS: `${await freePort()}` });
    const open = { ALLOW_HTTP_CALLBACKS: 'true', ALLOW_PRIVATE_CALLBACKS: 'true', LOG_LEVEL: 'silent' };
    gateway = spawn(RUNTIME, [join(ROOT, 'dist/bin/main.js')], {
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

  const first = shellBlocks('README.md').filter(({ script }) => script.includes('$TOKEN'));
  const partners = ['openspp', 'opencrvs', 'openg2p', 'openimis'].map((vendor) => `docs/partners/${vendor}.md`);
  const blocks = [...first, ...['README.md', 'docs/cli.md', ...partners].flatMap(dciBlocks)];

  test.each(blocks.map(({ script, output }) => [script.trim(), output] as const))(
    '%s',
    async (script, output) => {
      const options = { cwd: folder, env: { ...env, PATH: `${folder}:${env['PATH']}` } };
      expect(await run(script, options)).toMatch(outputPattern(output ?? ''));
    },
    90_000,
  );

  describe('of docs/partners.md', () => {
    const outside = join(folder, 'partner');
    const page = 'docs/partners.md';

    beforeAll(async () => {
      mkdirSync(outside);
      for (const { name, content } of namedBlocks(page)) writeFileSync(join(outside, name), withPorts(content));
      cpSync(join(ROOT, 'clients/python/dci_client.py'), join(outside, 'dci_client.py'));
      // As `npm pack` of that folder does, with the compiler of the repository.
      const client = join(ROOT, 'clients/node');
      await execute(RUNTIME, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', client]);
      await execute('npm', ['pack', '--ignore-scripts', '--pack-destination', outside], { cwd: client });
    }, 120_000);

    test.each(shellBlocks(page).map(({ script, output }) => [script.trim(), output] as const))(
      '%s',
      async (script, output) => {
        // Packages come from the cache that `npm ci` filled, where they can.
        const npm = { npm_config_cache: join(homedir(), '.npm'), npm_config_prefer_offline: 'true' };
        const options = { cwd: outside, env: { ...env, ...npm, GATEWAY: ROOT } };
        expect(await run(script, options)).toMatch(outputPattern(output ?? ''));
      },
      120_000,
    );

    test.each([
      ['dci_client.py', '.venv/bin/python', ['-c', VECTORS_IN_PYTHON]],
      ['sign.js of the Bruno collection', RUNTIME, ['-e', VECTORS_IN_BRUNO]],
    ])('%s signs as the test vectors do', async (_, runs, args) => {
      const { stdout } = await execute(runs, args, { cwd: outside, env: { ...env, ROOT } });
      expect(stdout.trim()).toBe('6');
    });
  });

  async function run(script: string, options: { cwd: string; env: Record<string, string> }): Promise<string> {
    const whole = `trap 'kill $! 2>&- || :' EXIT\n${withPorts(script)}`;
    return (await execute('sh', ['-ec', whole], options)).stdout;
  }

  /** In one go: a port that was put in may begin like one that is looked for. */
  const withPorts = (script: string): string => {
    const ports: Record<string, string | undefined> = {
      '127.0.0.1:4000': `127.0.0.1:${env['PORT']}`,
      '4400': env['INBOX'],
      '4401': env['JWKS'],
    };
    return script.replaceAll(/127\.0\.0\.1:4000|440[01]/g, (written) => ports[written] ?? written);
  };
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
