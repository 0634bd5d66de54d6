#!/usr/bin/env node
/** `npx dci <command>` of the client's package: the commands of partners alone. */
import { Command } from 'commander';
import { callCommand } from './call.command.js';
import { checkCommand } from './check.command.js';
import { listenCommand } from './listen.command.js';
import { runProgram, withCommands } from './run-program.js';
import { signCommand } from './sign.command.js';

const program = new Command('dci')
  .description('A partner of a DCI registry: calls it, listens to it, tests its own endpoint.')
  .option('--json', 'print the outcome as one line of JSON');

await runProgram(withCommands(program, [callCommand(), listenCommand(), checkCommand(), signCommand()]));
