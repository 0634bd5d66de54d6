import { Command } from 'commander';
import { txnStatusMessage, type TransactionKey } from '../client/messages.js';
import type { Json } from '../protocol/envelope/json.js';
import { action, examples, oneOf, several } from './action.js';
import { registryPath, show, type Question } from './call.question.js';
import { UsageError } from './failure.js';
import { clientOf } from './partner.js';

interface StatusOptions extends Question {
  transaction?: string;
  correlation?: string;
  reference?: string[];
  type: string;
}

export const txnStatusCommand = (): Command =>
  new Command('txn-status')
    .description('what became of an earlier request')
    .option('--registry <name>', 'social, crvs, fr, ibr, ess', registryPath, 'social')
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
