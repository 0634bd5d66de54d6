import { isObject } from '../platform/plain-object.js';
import { Command } from 'commander';
import { parseJson } from '../protocol/envelope/json.js';
import { signEnvelope, type EnvelopeProfileName } from '../protocol/signature/signature.js';
import { action, examples, oneOf, wholeNumber } from './action.js';
import { CliFailure } from './failure.js';
import { readSigningKey, readText } from './files.js';

const PROFILES: EnvelopeProfileName[] = ['DCI', 'JWS', 'OPENSPP'];

interface Options {
  key: string;
  sender: string;
  kid?: string;
  profile: EnvelopeProfileName;
  expires: number;
}

export const signCommand = (): Command =>
  new Command('sign')
    .description('sign a message: prints it with its signature')
    .argument('<file>', 'JSON with header and message; - reads standard input')
    .requiredOption('--key <pem>', 'file of the private key')
    .requiredOption('--sender <id>', 'your DCI sender id')
    .option('--kid <id>', 'under which the key is registered; its thumbprint where left out')
    .option('--profile <name>', PROFILES.join(', '), oneOf(PROFILES), 'DCI')
    .option('--expires <seconds>', 'how long the signature lives', wholeNumber(1, 300), 300)
    .addHelpText('after', examples('npx dci sign message.json --key partner.pem --sender my-system > signed.json'))
    .action(
      action<Options>(async (terminal, { key, sender, kid, profile, expires }, file = '') => {
        const document = parseJson(await readText(file), file);
        if (!isObject(document) || !isObject(document['header']))
          throw new CliFailure(`${file} is not a DCI message`, 'give an object with header and message');
        const { header, message } = document;
        const options = { senderId: sender, now: new Date(), expiresInSeconds: expires };
        const signing = await readSigningKey(key, kid);
        const signature = await signEnvelope(profile, { header, message }, signing, options);
        const signed = { ...document, signature };
        terminal.result(signed, JSON.stringify(signed, null, 2));
      }),
    );
