import { Command, InvalidArgumentError } from 'commander';
import type { Reply } from '../client/dci-client.js';
import {
  searchMessage,
  subscribeMessage,
  txnStatusMessage,
  unsubscribeMessage,
  type NameValue,
  type TransactionKey,
} from '../client/messages.js';
import type { Json } from '../protocol/json.js';
import { createRegistries, findRecordType } from '../protocol/registries/registries.js';
import { action, examples, several, webAddress, wholeNumber, oneOf } from './action.js';
import { UsageError } from './failure.js';
import { clientOf, withPartnerOptions, type PartnerOptions } from './partner.js';
import type { Terminal } from './terminal.js';

export const callCommand = (): Command =>
  withPartnerOptions(
    new Command('call').description(
      'call a registry as its partner: get a token, sign, send, verify the reply, print it',
    ),
  )
    .addCommand(searchCommand())
    .addCommand(verifyCommand())
    .addCommand(subscribeCommand())
    .addCommand(unsubscribeCommand())
    .addCommand(txnStatusCommand())
    .addHelpText(
      'after',
      examples(
        'npx dci call --demo search --registry social --id UIN=123456789',
        'npx dci call --url https://registry.example.org --key partner.pem --sender my-system --client-secret … verify --id UIN=123456789 --claim is_alive=true',
      ),
    );

interface Question extends PartnerOptions {
  registry: string;
  id?: NameValue[];
  where?: NameValue[];
}

const question = (name: string, description: string, registry = 'social'): Command =>
  new Command(name)
    .description(description)
    .option('--registry <name>', 'social, crvs, dr, fr, ibr', registryPath, registry)
    .option('--id <type=value>', 'an identifier, such as UIN=123456789', pair);

interface SearchOptions extends Question {
  recordType?: string;
  pageSize?: number;
  page?: number;
  purpose?: string;
  callback?: string;
}

const searchCommand = (): Command =>
  question('search', 'find records by identifier or attributes')
    .option('--where <path=value>', 'an attribute; all that are given must hold', pair)
    .option('--record-type <name>', 'the first of the registry where left out')
    .option('--page-size <n>', '1 to 1000', wholeNumber(1, 1000))
    .option('--page <n>', 'from 1', wholeNumber(1))
    .option('--purpose <code>', 'why you ask, where the agreement or a consent wants it')
    .option('--callback <url>', 'ask for the answer to be sent there instead (on-search)', webAddress)
    .addHelpText(
      'after',
      examples('npx dci call --demo search --registry social --where name.surname=Okafor --page-size 5'),
    )
    .action(
      action<SearchOptions>(async (terminal, { id = [], where = [], callback, ...options }) => {
        if (id.length + where.length === 0) throw new UsageError('nothing is asked for', 'give --id or --where');
        const { registry, recordType, pageSize, page: pageNumber, purpose } = options;
        const client = await clientOf(options);
        const message = searchMessage({ ids: id, where, recordType, pageSize, pageNumber, purpose }, new Date());
        const path = `${registry}/registry`;
        if (callback === undefined) return show(terminal, await client.ask(`${path}/sync/search`, 'search', message));
        return show(terminal, await client.request(`${path}/search`, 'search', message, callback));
      }),
    );

const verifyCommand = (): Command =>
  question('verify', 'ask whether something is true of a person; no record is released')
    .option('--claim <path=value>', 'what to verify, such as is_alive=true or birth_date=1985-05-20', pair)
    .addHelpText('after', examples('npx dci call --demo verify --id UIN=123456789 --claim is_alive=true'))
    .action(
      action<Question & { claim?: NameValue[] }>(async (terminal, { id = [], claim = [], ...options }) => {
        if (id.length === 0 || claim.length === 0)
          throw new UsageError(
            'nothing is to be verified',
            'give --id for the person and --claim for what is said of it',
          );
        const client = await clientOf(options);
        const verify = Object.fromEntries([...id, ...claim].map(({ name, value }) => [name, typed(value)]));
        show(terminal, await client.short('verify', { registry: options.registry, verify }));
      }),
    );

const subscribeCommand = (): Command =>
  question('subscribe', 'be told of events of a registry', 'crvs')
    .requiredOption('--event <type>', 'such as death, live_birth, UPDATE')
    .requiredOption(
      '--callback <url>',
      'where the answer (on-subscribe) goes, and notifications unless you have a notify URI',
      webAddress,
    )
    .option('--where <path=value>', 'only of these records; all that are given must hold', pair)
    .option('--record-type <name>', 'the first of the registry where left out')
    .addHelpText(
      'after',
      examples(
        'npx dci call --demo subscribe --registry crvs --event death --callback http://127.0.0.1:4400/on-subscribe',
      ),
    )
    .action(
      action<Question & { event: string; callback: string; recordType?: string }>(async (terminal, options) => {
        const { registry, event: eventType, callback, id, where } = options;
        const definition = createRegistries().byPath(registry);
        const recordType = options.recordType ?? (definition && findRecordType(definition)?.name) ?? '';
        const message = subscribeMessage({ eventType, recordType, ids: id, where }, new Date());
        const client = await clientOf(options);
        show(terminal, await client.request(`${registry}/registry/subscribe`, 'subscribe', message, callback));
      }),
    );

const unsubscribeCommand = (): Command =>
  new Command('unsubscribe')
    .description('end your own subscriptions')
    .argument('<codes...>', 'as on-subscribe told them')
    .option('--registry <name>', 'social, crvs, dr, fr, ibr', registryPath, 'crvs')
    .option('--callback <url>', 'where the answer (on-unsubscribe) goes', webAddress)
    .addHelpText(
      'after',
      examples('npx dci call --demo unsubscribe 0199a1b2-… --callback http://127.0.0.1:4400/on-unsubscribe'),
    )
    .action(
      action<Question & { callback?: string }>(async (terminal, options, ...codes) => {
        const client = await clientOf(options);
        const message = unsubscribeMessage(codes.flat(), new Date());
        const path = `${options.registry}/registry/unsubscribe`;
        show(terminal, await client.request(path, 'unsubscribe', message, options.callback));
      }),
    );

interface StatusOptions extends Question {
  transaction?: string;
  correlation?: string;
  reference?: string[];
  type: string;
}

const txnStatusCommand = (): Command =>
  new Command('txn-status')
    .description('what became of an earlier request')
    .option('--registry <name>', 'social, crvs, fr, ibr', registryPath, 'social')
    .option('--type <name>', 'search, subscribe, unsubscribe', oneOf(['search', 'subscribe', 'unsubscribe']), 'search')
    .option('--transaction <id>', 'by its transaction_id')
    .option('--correlation <id>', 'by the correlation_id of its ACK')
    .option('--reference <id>', 'by the reference_id of an item', several)
    .addHelpText('after', examples('npx dci call --demo txn-status --correlation 0199a1b2-…'))
    .action(
      action<StatusOptions>(async (terminal, { transaction, correlation, reference, type, ...options }) => {
        const keys: [TransactionKey, Json | undefined][] = [
          ['transaction_id', transaction],
          ['correlation_id', correlation],
          ['reference_id_list', reference],
        ];
        const [key, ...others] = keys.filter(([, value]) => value !== undefined);
        if (key?.[1] === undefined || others.length > 0)
          throw new UsageError('which request?', 'give one of --transaction, --correlation and --reference');
        const client = await clientOf(options);
        const message = txnStatusMessage(type, key[0], key[1]);
        show(terminal, await client.ask(`${options.registry}/registry/sync/txn/status`, 'txn-status', message));
      }),
    );

/** A reply that rejects what was asked is printed like any other, and is exit code 1. */
function show(terminal: Terminal, { signedBy, body }: Reply): void {
  const status: unknown = Object(body['header']).status ?? body['status'] ?? Object(body['message']).ack_status;
  if (status === 'rjct' || status === 'ERR') terminal.exitCode = 1;
  const proof =
    signedBy === undefined ? 'An acknowledgement; it carries no signature.' : `Signature verified, key ${signedBy}.`;
  terminal.note(proof);
  terminal.result(
    { verified: signedBy !== undefined, signedBy: signedBy ?? null, reply: body },
    JSON.stringify(body, null, 2),
  );
}

function pair(text: string, before: NameValue[] = []): NameValue[] {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Use name=value.');
  return [...before, { name: text.slice(0, at), value: text.slice(at + 1) }];
}

const typed = (value: string): Json => (value === 'true' || value === 'false' ? value === 'true' : value);

/** The path segment, which is also a name that the short form reads. */
function registryPath(name: string): string {
  const registries = createRegistries();
  const path = (registries.byName(name) ?? registries.byPath(name))?.paths[0];
  if (path !== undefined) return path;
  throw new InvalidArgumentError(`Use one of ${registries.all.map(({ paths }) => paths[0]).join(', ')}.`);
}
