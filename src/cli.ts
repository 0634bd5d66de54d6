/** `npx dci <command>`: parses, runs, and turns a failure into words and an exit code. */
import { CommanderError } from 'commander';
import { describeFailure, UsageError } from './cli/failure.js';
import { createProgram, keyIdLast } from './cli/program.js';

const program = createProgram();
const json = process.argv.includes('--json');

// The reader has seen enough: `dci … | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  await program.parseAsync(keyIdLast(process.argv.slice(2)), { from: 'user' });
} catch (error) {
  process.exitCode = explain(error);
}

function explain(error: unknown): number {
  // commander has printed its own.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const failure = describeFailure(error);
  const { message, remedy } = failure;
  const text = json
    ? JSON.stringify({ error: failure })
    : `dci: ${message}${remedy === undefined ? '' : `\n  ${remedy}`}`;
  process.stderr.write(`${text}\n`);
  return error instanceof UsageError ? 2 : 1;
}
