/** The way from the parser into a command: its terminal, its options, its arguments. */
import { InvalidArgumentError, type Command } from 'commander';
import { Terminal } from './terminal.js';

/** Every command is given these. */
export interface CommonOptions {
  json?: boolean;
}

type Work<Options> = (terminal: Terminal, options: Options & CommonOptions, ...args: string[]) => Promise<void>;

/** What a command of commander runs. */
export function action<Options>(work: Work<Options>): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    const command = given.at(-1) as Command;
    const options = command.optsWithGlobals<Options & CommonOptions>();
    const terminal = new Terminal(options.json ?? false);
    await work(terminal, options, ...(command.processedArgs as string[]));
    process.exitCode = terminal.exitCode;
  };
}

export const examples = (...lines: string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}\n`;

/** An option that may be given several times. */
export const several = (value: string, before: string[] = []): string[] => [...before, value];

/** One of a closed list, in any case. */
export const oneOf =
  (choices: readonly string[]) =>
  (value: string): string => {
    const found = choices.find((choice) => choice.toLowerCase() === value.trim().toLowerCase());
    if (found === undefined) throw new InvalidArgumentError(`Use one of ${choices.join(', ')}.`);
    return found;
  };

/** Several of a closed list, with commas between them or the option given again. */
export const someOf =
  (choices: readonly string[]) =>
  (value: string, before: string[] = []): string[] => [...before, ...value.split(',').map(oneOf(choices))];

/** With commas between them or the option given again. */
export const list = (value: string, before: string[] = []): string[] => [
  ...before,
  ...value.split(',').map((part) => part.trim()),
];

export const wholeNumber =
  (least: number, most: number = Number.MAX_SAFE_INTEGER) =>
  (value: string): number => {
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (number >= least && number <= most) return number;
    throw new InvalidArgumentError(
      `Use a whole number from ${least}${most === Number.MAX_SAFE_INTEGER ? '' : ` to ${most}`}.`,
    );
  };

export const webAddress = (value: string): string => {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new InvalidArgumentError('Use a URL such as https://gateway.example.org.');
  return value.replace(/\/+$/, '');
};
