/** Runs a program of commands: parses, and turns a failure into words and an exit code. */
import { CommanderError, type Command } from 'commander';
import { describeFailure, Interrupted, UsageError, type Failure } from './failure.js';

const asJson = (): boolean => process.argv.includes('--json');

/** What all commands of a program have in common. */
export function withCommands(program: Command, commands: Command[]): Command {
  for (const command of commands) program.addCommand(command);
  for (const command of everyCommand(program))
    command
      .exitOverride()
      .configureOutput({ writeErr: (text) => void (asJson() || process.stderr.write(text)) })
      .configureHelp({ showGlobalOptions: true })
      .showHelpAfterError('(add --help for all options)');
  return program;
}

export function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

export async function runProgram(program: Command): Promise<void> {
  // The reader has seen enough: `dci … | head`.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
  try {
    await program.parseAsync(keyIdLast(process.argv.slice(2)), { from: 'user' });
  } catch (error) {
    process.exitCode = explain(error);
    // What was under way goes on otherwise.
    if (error instanceof Interrupted) process.exit();
  }
}

function explain(error: unknown): number {
  if (error instanceof CommanderError) return explainUsage(error);
  tell(describeFailure(error));
  return error instanceof UsageError ? 2 : 1;
}

/** commander has printed its own, but for programs. */
function explainUsage({ exitCode, code, message }: CommanderError): number {
  if (exitCode === 0) return 0;
  const said = code === 'commander.help' ? 'no command is given' : message.replace(/^error: /, '');
  if (asJson()) tell({ code: 'USAGE', message: said, remedy: 'add --help for all options' });
  return 2;
}

function tell(failure: Failure): void {
  const { message, remedy } = failure;
  const text = asJson()
    ? JSON.stringify({ error: failure })
    : `dci: ${message}${remedy === undefined ? '' : `\n  ${remedy}`}`;
  process.stderr.write(`${text}\n`);
}

/** A key id is a thumbprint and may begin with a dash; the parser must not take it for options. */
export function keyIdLast(args: string[]): string[] {
  const at = args.findIndex((arg) => /^-[\w-]{42}$/.test(arg));
  if (at < 0 || !args.includes('key') || !['activate', 'retire'].some((name) => args.includes(name))) return args;
  return [...args.toSpliced(at, 1), '--', ...args.slice(at, at + 1)];
}
