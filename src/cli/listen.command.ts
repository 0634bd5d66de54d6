import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Command } from 'commander';
import { createInbox, type InboxMessage } from '../client/inbox.js';
import { RemoteKeys } from '../client/remote-keys.js';
import { SIGNATURE_PROFILES, type SignatureProfile } from '../protocol/vocabulary.js';
import { action, examples, oneOf, webAddress, wholeNumber } from './action.js';
import { CliFailure } from './failure.js';
import { readDecryptionKey } from './files.js';
import { gatewayHere } from './partner.js';
import type { Terminal } from './terminal.js';

interface Options {
  url: string;
  jwks?: string;
  port: number;
  host: string;
  publicUrl?: string;
  profile: SignatureProfile;
  decryptKey?: string;
  count?: number;
  timeout?: number;
}

export const listenCommand = (): Command =>
  new Command('listen')
    .description('a partner’s inbox: takes callbacks and notifications, verifies and prints them, until Ctrl-C')
    .option('--url <url>', 'of the gateway, whose JWKS proves its messages', webAddress, gatewayHere())
    .option('--jwks <url>', 'another JWKS than that of --url', webAddress)
    .option('--port <n>', '0 takes a free one', wholeNumber(0, 65_535), 4400)
    .option('--host <address>', 'to listen on', '127.0.0.1')
    .option('--public-url <url>', 'how the gateway reaches it, for profile HTTP behind a proxy', webAddress)
    .option('--profile <name>', `of the signatures: ${SIGNATURE_PROFILES.join(', ')}`, oneOf(SIGNATURE_PROFILES), 'DCI')
    .option('--decrypt-key <pem>', 'file of the private key that opens encrypted messages')
    .option('--count <n>', 'end after so many messages', wholeNumber(1))
    .option('--timeout <s>', 'fail where --count has not come after so many seconds', wholeNumber(1, 86_400))
    .addHelpText('after', examples('npx dci listen --port 4400', 'npx dci listen --port 4400 --count 1 --json'))
    .action(
      action<Options>(async (terminal, { count = Infinity, timeout, ...options }) => {
        // Before it listens: a command that fails ends, but not while a server is open.
        const decryptionKey = await readDecryptionKey(options.decryptKey);
        const server = createServer();
        server.listen(options.port, options.host);
        await once(server, 'listening');
        const address = `http://${options.host}:${(server.address() as AddressInfo).port}`;
        const ended = new EventEmitter();
        const enough = once(ended, 'end');
        const finish = (late: boolean): void => void ended.emit('end', late);
        let taken = 0;
        const inbox = createInbox({
          keys: new RemoteKeys(options.jwks ?? `${options.url}/.well-known/jwks.json`),
          profile: options.profile,
          publicUrl: options.publicUrl ?? address,
          decryptionKey,
          onMessage: (message) => {
            print(terminal, message);
            if ((taken += 1) >= count) finish(false);
          },
          onRefusal: ({ code, message }) => terminal.note(`refused: ${code}: ${message}`),
        });
        server.on('request', inbox);
        if (terminal.json) terminal.result({ listening: address });
        terminal.note(`Listening on ${address}: every path takes on-search, on-subscribe, notify and the like.`);
        // `disconnect`: the launcher was killed and took its channel along.
        for (const end of ['SIGINT', 'SIGTERM', 'disconnect'] as const) process.once(end, () => finish(false));
        const late = timeout === undefined ? undefined : setTimeout(() => finish(true), timeout * 1000);
        const [tooLate] = await enough;
        clearTimeout(late);
        process.channel?.unref();
        server.close();
        server.closeIdleConnections();
        if (tooLate)
          throw new CliFailure(
            `${taken} of ${count === Infinity ? 'the' : count} messages came in ${timeout} s`,
            'was the call accepted? a gateway calls http:// and private addresses back only with ALLOW_HTTP_CALLBACKS=true and ALLOW_PRIVATE_CALLBACKS=true',
          );
      }),
    );

function print(terminal: Terminal, { action: name, header, message, signedBy, again }: InboxMessage): void {
  const title = `${name}${again ? ' (again)' : ''}, signature verified, key ${signedBy}`;
  terminal.result(
    { action: name, again, signedBy, header, message },
    title,
    JSON.stringify({ header, message }, null, 2),
  );
}
