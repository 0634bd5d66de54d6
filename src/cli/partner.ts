/** Who calls: the partner of the options, or the demo registry's. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import { DciClient } from '../client/dci-client.js';
import { importPrivateKey } from '../protocol/signature/keys.js';
import { SIGNATURE_PROFILES, type SignatureProfile } from '../protocol/vocabulary.js';
import { oneOf, webAddress } from './action.js';
import { CliFailure, UsageError } from './failure.js';
import { readDecryptionKey, readSigningKey } from './files.js';

export interface PartnerOptions {
  url?: string;
  demo?: boolean;
  key?: string;
  kid?: string;
  sender?: string;
  clientId?: string;
  clientSecret?: string;
  profile: SignatureProfile;
  receiver?: string;
  encrypt?: boolean;
  decryptKey?: string;
}

const env = process.env;

/** The gateway of this machine, as its own environment has it. */
export const gatewayHere = (): string => gatewayNamed() ?? 'http://127.0.0.1:4000';

function gatewayNamed(): string | undefined {
  const { PUBLIC_URL: url, HOST: host, PORT: port } = env;
  if (url !== undefined) return url;
  const isNamed = host !== undefined || (port !== undefined && port !== '0');
  return isNamed ? `http://${host ?? '127.0.0.1'}:${port ?? '4000'}` : undefined;
}

export const withPartnerOptions = (command: Command): Command =>
  command
    .option('--url <url>', 'of the gateway; with --demo, where it was started last', webAddress)
    .option('--demo', 'call as the demo partner that npm start has made in DATA_DIR')
    .option('--key <pem>', 'file of your private key')
    .option('--kid <id>', 'under which it is registered; its thumbprint where left out')
    .option('--sender <id>', 'your DCI sender id')
    .option('--client-id <id>', 'the sender id where left out')
    .option('--client-secret <secret>', 'or in the environment: DCI_CLIENT_SECRET')
    .option(
      '--profile <name>',
      `of your signatures: ${SIGNATURE_PROFILES.join(', ')}`,
      oneOf(SIGNATURE_PROFILES),
      'DCI',
    )
    .option('--receiver <id>', 'DCI id of the registry, sent as receiver_id')
    .option('--encrypt', 'encrypt the message to the registry')
    .option('--decrypt-key <pem>', 'file of the private key that opens encrypted replies');

export async function clientOf(options: PartnerOptions): Promise<DciClient> {
  const { profile, encrypt = false, receiver: receiverId } = options;
  const decryptionKey = await readDecryptionKey(options.decryptKey);
  const { url: startedAt, ...partner } = options.demo
    ? await demoPartner()
    : { ...(await partnerOf(options)), url: undefined };
  const url = options.url ?? gatewayNamed() ?? startedAt ?? gatewayHere();
  return new DciClient({ url, profile, encrypt, receiverId, decryptionKey, clock: () => new Date(), ...partner });
}

async function demoPartner() {
  const { readDemoPartner } = await import('../server/demo-partner.file.js');
  const partner = await readDemoPartner(resolve(env['DATA_DIR'] ?? '.data'));
  if (partner === undefined)
    throw new CliFailure(
      'there is no demo partner in DATA_DIR',
      'start the demo once with npm start, or name yourself: --sender, --key, --client-secret',
    );
  const { senderId, clientId, clientSecret, kid, privateKeyPem, url } = partner;
  return {
    url,
    senderId,
    clientId,
    clientSecret,
    key: { kid, algorithm: 'ed25519', privateKey: importPrivateKey(privateKeyPem).privateKey },
  } as const;
}

async function partnerOf({ sender, key, kid, clientId, clientSecret = env['DCI_CLIENT_SECRET'] }: PartnerOptions) {
  if (sender === undefined || key === undefined || clientSecret === undefined)
    throw new UsageError('nobody is calling', 'give --sender, --key and --client-secret, or --demo');
  return { senderId: sender, clientId: clientId ?? sender, clientSecret, key: await readSigningKey(key, kid) };
}
