import { Command } from 'commander';
import {
  DIALECTS,
  JWS_FORMS,
  LEGAL_BASES,
  OPERATIONS,
  RECORDS_AS,
  SIGNATURE_PROFILES,
} from '../protocol/vocabulary.js';
import { DEFINITIONS } from '../protocol/registries/registries.js';
import { importPublicKey, thumbprint } from '../protocol/signature/keys.js';
import { action, examples, list, oneOf, several, someOf, wholeNumber } from './action.js';
import { readText } from './files.js';

const REGISTRIES = DEFINITIONS.map(({ registry }) => registry);

export const senderCommand = (): Command =>
  new Command('sender')
    .description('register partners, their keys, and shut them out')
    .addCommand(addCommand())
    .addCommand(keyCommand())
    .addCommand(stateCommand('suspend', 'suspendSender', 'refuse its requests and rest its deliveries from now on'))
    .addCommand(stateCommand('activate', 'activateSender', 'lift a suspension'));

interface AddOptions {
  name?: string;
  registry?: string[];
  operation?: string[];
  callbackHost?: string[];
  notifyUri?: string;
  jwksUrl?: string;
  profile: string;
  dialect: string;
  recordsAs: string;
  jwsForm: string;
  receiverAlias?: string[];
  sandbox?: boolean;
  unsigned?: boolean;
  autoApprove?: boolean;
  perMinute: number;
  fields?: string[];
  legalBasis: string;
}

const addCommand = (): Command =>
  new Command('add')
    .description('register a sender; its client secret is printed this once')
    .argument('<sender-id>', 'letters, digits, ".", "_", "-"')
    .option('--name <text>', 'the sender id where left out')
    .option('--registry <names>', `some of ${REGISTRIES.join(', ')}; all where left out`, someOf(REGISTRIES))
    .option('--operation <names>', 'what it may call, such as SEARCH,VERIFY; all where left out', someOf(OPERATIONS))
    .option('--callback-host <host>', 'where its callbacks may go: host or host:port', several)
    .option('--notify-uri <url>', 'where its notifications go')
    .option('--jwks-url <url>', 'where its keys are fetched')
    .option('--profile <name>', SIGNATURE_PROFILES.join(', '), oneOf(SIGNATURE_PROFILES), 'DCI')
    .option('--dialect <name>', `whose forms it speaks: ${DIALECTS.join(', ')}`, oneOf(DIALECTS), 'DCI')
    .option('--records-as <form>', `of reg_records: ${RECORDS_AS.join(', ')}`, oneOf(RECORDS_AS), 'STANDARD')
    .option('--jws-form <form>', `of our JWS to it: ${JWS_FORMS.join(', ')}`, oneOf(JWS_FORMS), 'DETACHED')
    .option('--receiver-alias <name>', 'another name that it uses for us in receiver_id', several)
    .option('--sandbox', 'a sender for trying out')
    .option('--unsigned', 'take unsigned messages too; only with --sandbox')
    .option('--auto-approve', 'its subscriptions need no approval')
    .option('--per-minute <n>', 'requests a minute', wholeNumber(0), 600)
    .option('--fields <paths>', 'make an agreement over these too: "*" or paths such as name.surname', list)
    .option('--legal-basis <name>', 'of that agreement', oneOf(LEGAL_BASES), 'PUBLIC_TASK')
    .addHelpText(
      'after',
      examples('npx dci sender add ministry-of-health --registry CRVS --fields "*" --callback-host health.example.org'),
    )
    .action(
      action<AddOptions>(async (terminal, options, senderId) => {
        const { withLocalGateway } = await import('./local-gateway.js');
        const { addSender } = await import('./sender.run.js');
        const { registry = REGISTRIES, operation = [...OPERATIONS], fields, legalBasis } = options;
        const made = await withLocalGateway(terminal, (gateway) =>
          addSender(gateway, inputOf(senderId, { ...options, registry, operation }), fields && { fields, legalBasis }),
        );
        terminal.result(
          made,
          `Sender ${senderId} is ${made.state}.`,
          `  client id      ${made.clientId}`,
          `  client secret  ${made.clientSecret}   (shown this once)`,
          `  agreements     ${made.agreements}${made.agreements === 0 ? ': without one it is given nothing' : ''}`,
          `Next: npx dci sender key ${senderId} partner.pub.pem`,
        );
      }),
    );

const inputOf = (senderId: string, options: AddOptions): Record<string, unknown> => ({
  senderId,
  name: options.name ?? senderId,
  registries: options.registry,
  allowedOperations: options.operation,
  callbackHosts: options.callbackHost,
  notifyUri: options.notifyUri,
  jwksUrl: options.jwksUrl,
  signatureProfile: options.profile,
  dialect: options.dialect,
  recordsAs: options.recordsAs,
  jwsForm: options.jwsForm,
  receiverAliases: options.receiverAlias,
  signaturePolicy: options.unsigned ? 'OPTIONAL' : 'REQUIRED',
  sandbox: options.sandbox ?? false,
  autoApproveSubscriptions: options.autoApprove ?? false,
  rateLimitPerMinute: options.perMinute,
});

const keyCommand = (): Command =>
  new Command('key')
    .description('register a public key of a sender')
    .argument('<sender-id>')
    .argument('<file>', 'PEM of the public key; - reads standard input')
    .option('--kid <id>', 'its name in signatures; the RFC 7638 thumbprint where left out')
    .option('--use <use>', 'SIG to sign, ENC to encrypt to it', oneOf(['SIG', 'ENC']), 'SIG')
    .addHelpText('after', examples('npx dci sender key ministry-of-health partner.pub.pem'))
    .action(
      action<{ kid?: string; use: 'SIG' | 'ENC' }>(async (terminal, { kid, use }, senderId = '', file = '') => {
        const publicKeyPem = await readText(file);
        const key = importPublicKey({ publicKeyPem, use });
        const input = { kid: kid ?? (await thumbprint(key.publicJwk)), publicKeyPem, use };
        const { withLocalGateway } = await import('./local-gateway.js');
        const { addKey } = await import('./sender.run.js');
        await withLocalGateway(terminal, (gateway) => addKey(gateway, senderId, input));
        const { algorithm, fingerprint } = key;
        terminal.result(
          { senderId, kid: input.kid, use, algorithm, fingerprint },
          `Key ${input.kid} (${algorithm}, ${use}) of ${senderId} is registered. Compare its fingerprint with the partner:`,
          `  ${fingerprint}`,
        );
      }),
    );

const stateCommand = (name: string, mutation: 'suspendSender' | 'activateSender', description: string): Command => {
  const command = new Command(name).description(description).argument('<sender-id>');
  if (mutation === 'suspendSender') command.option('--reason <text>', 'kept with the sender and in the audit');
  return command.addHelpText('after', examples(`npx dci sender ${name} ministry-of-health`)).action(
    action<{ reason?: string }>(async (terminal, { reason }, senderId = '') => {
      const { withLocalGateway } = await import('./local-gateway.js');
      const { setState } = await import('./sender.run.js');
      const state = await withLocalGateway(terminal, (gateway) => setState(gateway, mutation, senderId, reason));
      terminal.result({ senderId, state }, `Sender ${senderId} is ${state}.`);
    }),
  );
};
