/** All commands, in the order in which a newcomer meets them. */
import { Command } from 'commander';
import { adminCommand } from './admin.command.js';
import { VERSION } from '../platform/version.js';
import { callCommand } from './call.command.js';
import { checkCommand } from './check.command.js';
import { exportCommand } from './export.command.js';
import { dpiaCommand } from './dpia.command.js';
import { importCommand } from './import.command.js';
import { keyCommand } from './key.command.js';
import { listenCommand } from './listen.command.js';
import { migrateCommand } from './migrate.command.js';
import { repairCommand } from './repair.command.js';
import { replayCommand } from './replay.command.js';
import { schemaCommand } from './schema.command.js';
import { seedCommand } from './seed.command.js';
import { senderCommand } from './sender.command.js';
import { sourceCommand } from './source.command.js';
import { signCommand } from './sign.command.js';
import { verifyAuditCommand } from './verify-audit.command.js';
import { withCommands } from './run-program.js';

const ABOUT = `
Commands of the operator work on the database of the environment, as a gateway does: DATABASE_URL and MASTER_KEY,
or the embedded database of DATA_DIR. Commands of the partner (call, sign, listen, check) need neither.
Exit codes: 0 done; 1 refused, failed or found something wrong; 2 wrong usage.
Every command with its options and an example: docs/cli.md
`;

export function createProgram(): Command {
  const program = new Command('dci')
    .description('The command line of the DCI gateway, for its operators and its partners.')
    .version(VERSION)
    .option('--json', 'print the outcome as one line of JSON')
    .addHelpText('after', ABOUT);
  const commands = [
    migrateCommand(),
    adminCommand(),
    seedCommand(),
    importCommand(),
    exportCommand(),
    senderCommand(),
    sourceCommand(),
    keyCommand(),
    replayCommand(),
    repairCommand(),
    verifyAuditCommand(),
    dpiaCommand(),
    schemaCommand(),
    signCommand(),
    callCommand(),
    listenCommand(),
    checkCommand(),
  ];
  return withCommands(program, commands);
}
