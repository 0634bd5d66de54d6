import { Command } from 'commander';
import { ROLES } from '../protocol/vocabulary.js';
import { action, examples, oneOf } from './action.js';
import type { AccountLine, GivenPassword } from './admin.run.js';
import { table } from './terminal.js';

const REASON = 'at the command line';

export const adminCommand = (): Command =>
  new Command('admin')
    .description('accounts of administrators, for a gateway without an OpenID Connect issuer')
    .addCommand(
      new Command('add')
        .description('make an account; the password for its first sign in is printed this once')
        .argument('<name>', 'what its administrator signs in with')
        .option('--role <name>', ROLES.join(', '), oneOf(ROLES), 'ADMIN')
        .addHelpText('after', examples('npx dci admin add ada', 'npx dci admin add audrey --role AUDITOR'))
        .action(
          action<{ role: string }>(async (terminal, { role }, name = '') => {
            tell(terminal, await inside(terminal, (gateway, { addAccount }) => addAccount(gateway, name, role)));
          }),
        ),
    )
    .addCommand(
      new Command('reset')
        .description('give another password, and take away the second factor and every session')
        .argument('<name>')
        .option('--reason <text>', 'kept in the audit', REASON)
        .addHelpText('after', examples('npx dci admin reset ada --reason "lost her telephone"'))
        .action(
          action<{ reason: string }>(async (terminal, { reason }, name = '') => {
            tell(terminal, await inside(terminal, (gateway, { resetAccount }) => resetAccount(gateway, name, reason)));
          }),
        ),
    )
    .addCommand(
      new Command('list')
        .description('all of them, by name')
        .addHelpText('after', examples('npx dci admin list'))
        .action(
          action(async (terminal) =>
            show(terminal, await inside(terminal, (gateway, run) => run.listAccounts(gateway))),
          ),
        ),
    )
    .addCommand(moveCommand('disable', 'let nobody sign in with it any more, and end its sessions'))
    .addCommand(moveCommand('enable', 'lift that; the password is what it was'));

function moveCommand(move: 'disable' | 'enable', description: string): Command {
  const command = new Command(move).description(description).argument('<name>');
  if (move === 'disable') command.option('--reason <text>', 'kept in the audit', REASON);
  return command.addHelpText('after', examples(`npx dci admin ${move} ada`)).action(
    action<{ reason?: string }>(async (terminal, { reason = REASON }, name = '') => {
      const account = await inside(terminal, (gateway, { moveAccount }) => moveAccount(gateway, move, name, reason));
      show(terminal, [account]);
    }),
  );
}

type Runner = typeof import('./admin.run.js');
type Terminal = import('./terminal.js').Terminal;
type LocalGateway = import('./local-gateway.js').LocalGateway;

async function inside<T>(terminal: Terminal, work: (gateway: LocalGateway, runner: Runner) => Promise<T>): Promise<T> {
  const { withLocalGateway } = await import('./local-gateway.js');
  const runner = await import('./admin.run.js');
  return withLocalGateway(terminal, (gateway) => work(gateway, runner));
}

function tell(terminal: Terminal, given: GivenPassword): void {
  const { account, oneTimePassword } = given;
  terminal.result(
    given,
    `Account ${account.name} (${account.role}) is ${account.state}.`,
    `  password  ${oneTimePassword}   (shown this once, good for seven days; the first sign in asks for another)`,
    'Next: sign in at /console with it.',
  );
}

function show(terminal: Terminal, accounts: AccountLine[]): void {
  const rows = accounts.map(({ name, role, state, totpConfirmed, signedInAt }) => [
    state,
    role,
    totpConfirmed ? 'yes' : 'no',
    signedInAt === null ? 'never' : new Date(signedInAt).toISOString(),
    name,
  ]);
  terminal.result({ accounts }, ...table([['STATE', 'ROLE', 'SECOND FACTOR', 'SIGNED IN', 'NAME'], ...rows]));
}
