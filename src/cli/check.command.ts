import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Command } from 'commander';
import { CONFORMANCE_CASES } from '../client/conformance.cases.js';
import { ConformanceKit } from '../client/conformance.kit.js';
import { runConformance, type CaseResult } from '../client/conformance.js';
import { generateKeyPair, importPrivateKey, jwksEntry, thumbprint, type KeyPair } from '../protocol/signature/keys.js';
import type { SigningKey } from '../protocol/signature/signature.js';
import { SIGNATURE_PROFILES, type SignatureProfile } from '../protocol/vocabulary.js';
import { action, examples, oneOf, webAddress, wholeNumber } from './action.js';
import { readText } from './files.js';

interface Options {
  url: string;
  key?: string;
  kid?: string;
  gateway: string;
  receiver: string;
  profile: SignatureProfile;
  jwksPort: number;
  jwksHost: string;
}

export const checkCommand = (): Command =>
  new Command('check')
    .description('test your own callback endpoint: what it must take, and what it must refuse, case by case')
    .requiredOption(
      '--url <url>',
      'of your endpoint; …/on-search has …/on-subscribe and …/notify beside it',
      webAddress,
    )
    .option('--key <pem>', 'private key that your endpoint trusts for the test; a new one where left out')
    .option('--kid <id>', 'its key id; its thumbprint where left out')
    .option('--gateway <id>', 'DCI id to send as', 'dci-gateway')
    .option('--receiver <id>', 'your DCI id', 'partner')
    .option('--profile <name>', `of the signatures: ${SIGNATURE_PROFILES.join(', ')}`, oneOf(SIGNATURE_PROFILES), 'DCI')
    .option('--jwks-port <n>', 'where the JWKS with the test key is served meanwhile', wholeNumber(0, 65_535), 4401)
    .option('--jwks-host <address>', 'to serve it on', '127.0.0.1')
    .addHelpText(
      'after',
      examples(
        'npx dci listen --port 4400 --jwks http://127.0.0.1:4401/jwks.json &',
        'npx dci check --url http://127.0.0.1:4400/on-search',
      ),
    )
    .action(
      action<Options>(async (terminal, options) => {
        const pair =
          options.key === undefined ? await generateKeyPair('ed25519') : importPrivateKey(await readText(options.key));
        const key = {
          kid: options.kid ?? (await thumbprint(pair.publicJwk)),
          algorithm: pair.algorithm,
          privateKey: pair.privateKey,
        } as SigningKey;
        const jwks = await serveJwks(pair, key.kid, options);
        terminal.note(`Your endpoint must trust this JWKS as the registry’s for the test: ${jwks.url}`);
        const { url, gateway: senderId, receiver: receiverId, profile } = options;
        const kit = new ConformanceKit({ url, senderId, receiverId, profile, key, clock: () => new Date() });
        const results: CaseResult[] = [];
        for await (const result of runConformance(kit, CONFORMANCE_CASES)) {
          results.push(result);
          if (!terminal.json) terminal.result(result, line(result));
        }
        await jwks.close();
        const failed = results.filter(({ passed }) => !passed).length;
        if (failed > 0) terminal.exitCode = 1;
        terminal.result({ passed: results.length - failed, failed, cases: results }, summary(results.length, failed));
      }),
    );

const line = ({ name, passed, problem, latencyMs }: CaseResult): string =>
  `${passed ? 'ok  ' : 'FAIL'}  ${name} (${latencyMs} ms)${problem === undefined ? '' : `\n      ${problem}`}`;

const summary = (all: number, failed: number): string =>
  failed === 0 ? `\nAll ${all} cases passed.` : `\n${failed} of ${all} cases failed.`;

async function serveJwks({ publicJwk, algorithm }: KeyPair, kid: string, { jwksPort, jwksHost }: Options) {
  const body = JSON.stringify({ keys: [jwksEntry({ kid, use: 'SIG', algorithm, publicJwk })] });
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  });
  server.listen(jwksPort, jwksHost);
  await once(server, 'listening');
  return {
    url: `http://${jwksHost}:${(server.address() as AddressInfo).port}/jwks.json`,
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
