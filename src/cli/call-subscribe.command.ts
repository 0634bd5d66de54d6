import { Command } from 'commander';
import { createRegistries, findRecordType } from '../protocol/registries/registries.js';
import { action, examples, webAddress } from './action.js';
import { pair, question, registryPath, show, type Question } from './call.question.js';
import { clientOf } from './partner.js';

export const subscribeCommand = (): Command =>
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
        const client = await clientOf(options);
        show(terminal, await client.subscribe(registry, { eventType, recordType, ids: id, where }, callback));
      }),
    );

export const unsubscribeCommand = (): Command =>
  new Command('unsubscribe')
    .description('end your own subscriptions')
    .argument('<codes...>', 'as on-subscribe told them')
    .option('--registry <name>', 'social, crvs, dr, fr, ibr, ess', registryPath, 'crvs')
    .option('--callback <url>', 'where the answer (on-unsubscribe) goes', webAddress)
    .addHelpText(
      'after',
      examples('npx dci call --demo unsubscribe 0199a1b2-… --callback http://127.0.0.1:4400/on-unsubscribe'),
    )
    .action(
      action<Question & { callback?: string }>(async (terminal, options, ...codes) => {
        const client = await clientOf(options);
        show(terminal, await client.unsubscribe(options.registry, codes.flat(), options.callback));
      }),
    );
