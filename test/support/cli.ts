/** `dci` as a child process, the way users run it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { CHANNEL, ENDS_WITH_US } from './ends-with-us.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const RUNTIME = `${root}node_modules/.bin/node`;
/** As `npx dci` and `npm start` set it (scripts/prepare.mjs). */
export const COMPILED = { NODE_COMPILE_CACHE: `${root}node_modules/.cache/v8` };

export interface CliOptions {
  env?: Record<string, string>;
  cwd?: string;
  input?: string;
}

export interface CliResult {
  code: number | null;
  stdout: string;
  stderr: string;
  /** Of standard output, parsed. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests reach deep into what they assert
  json: any;
}

/** Compiles what has changed; nothing where `npm test` has done so. Call it first, with time. */
export async function buildCli(): Promise<void> {
  const child = spawn(RUNTIME, [`${root}scripts/dci.mjs`, '--help'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const [said] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  if (child.exitCode !== 0) throw new Error(said);
}

export const startCli = (args: string[], options?: CliOptions): ChildProcess => startProcess('cli', args, options);

/** @param program `cli` or `main`, the gateway itself */
export const startProcess = (program: 'cli' | 'main', args: string[], options?: CliOptions): ChildProcess =>
  startScript(`dist/bin/${program}.js`, args, options);

/** @param path of a compiled program or a script, from the root */
export function startScript(path: string, args: string[] = [], { env = {}, cwd }: CliOptions = {}): ChildProcess {
  const own = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...COMPILED, ...env };
  const stdio = ['pipe', 'pipe', 'pipe', CHANNEL] as const;
  return spawn(RUNTIME, [...ENDS_WITH_US, `${root}${path}`, ...args], { env: own, cwd, stdio: [...stdio] });
}

export const dci = (args: string[], options: CliOptions = {}): Promise<CliResult> =>
  ended(startCli(args, options), options.input);

/** What a process says until it ends, with `input` as all that it is told. */
export async function ended(child: ChildProcess, input = ''): Promise<CliResult> {
  child.stdin?.end(input);
  const { stdout: out, stderr: err } = child;
  if (out === null || err === null) throw new Error('no pipes');
  const [stdout, stderr] = await Promise.all([text(out), text(err), once(child, 'close')]);
  return {
    code: child.exitCode,
    stdout,
    stderr,
    get json() {
      return JSON.parse(stdout) as unknown;
    },
  };
}

/** Standard output of a command that goes on, line by line. */
export function linesOf({ stdout }: ChildProcess): AsyncIterator<string> {
  if (stdout === null) throw new Error('no pipe');
  return createInterface({ input: stdout })[Symbol.asyncIterator]();
}
