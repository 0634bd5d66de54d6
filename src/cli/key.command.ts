import { Command } from 'commander';
import { action, examples, oneOf } from './action.js';
import { table } from './terminal.js';
import type { ServerKeyLine } from './key.run.js';

/** As GraphQL names them. */
const ALGORITHMS = ['ED25519', 'RSA_SHA256', 'ECDSA_SHA256', 'RSA_OAEP_256', 'ECDH_ES_A256KW'];

export const keyCommand = (): Command =>
  new Command('key')
    .description('keys of this server: made (published), activated (it signs), retired (it still verifies)')
    .addCommand(
      new Command('list')
        .description('all of them, newest first')
        .addHelpText('after', examples('npx dci key list'))
        .action(action((terminal) => run(terminal, async (gateway, { listKeys }) => listKeys(gateway)))),
    )
    .addCommand(
      new Command('generate')
        .description('make a key: it is published at once, and signs when it is activated')
        .option('--algorithm <name>', ALGORITHMS.join(', '), oneOf(ALGORITHMS), 'ED25519')
        .addHelpText('after', examples('npx dci key generate', 'npx dci key generate --algorithm RSA_SHA256'))
        .action(
          action<{ algorithm: string }>((terminal, { algorithm }) =>
            run(terminal, async (gateway, { generateKey }) => [await generateKey(gateway, algorithm)]),
          ),
        ),
    )
    .addCommand(moveCommand('activate', 'make it the key that signs (or decrypts first); the one before is retired'))
    .addCommand(moveCommand('retire', 'use it no more; what it signed still verifies'));

const moveCommand = (name: 'activate' | 'retire', description: string): Command =>
  new Command(name)
    .description(description)
    .argument('<kid>')
    .addHelpText('after', examples(`npx dci key ${name} NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs`))
    .action(
      action((terminal, _options, kid = '') =>
        run(terminal, async (gateway, { moveKey }) => [await moveKey(gateway, name, kid)]),
      ),
    );

type Runner = typeof import('./key.run.js');
type Terminal = import('./terminal.js').Terminal;
type LocalGateway = import('./local-gateway.js').LocalGateway;

async function run(
  terminal: Terminal,
  work: (gateway: LocalGateway, runner: Runner) => Promise<ServerKeyLine[]>,
): Promise<void> {
  const { withLocalGateway } = await import('./local-gateway.js');
  const runner = await import('./key.run.js');
  const keys = await withLocalGateway(terminal, (gateway) => work(gateway, runner));
  const rows = keys.map(({ state, use, algorithm, kid }) => [state, use, algorithm, kid]);
  terminal.result({ keys }, ...table([['STATE', 'USE', 'ALGORITHM', 'KID'], ...rows]));
}
