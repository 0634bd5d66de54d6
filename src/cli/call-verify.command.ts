import type { Command } from 'commander';
import type { NameValue } from '../client/messages.js';
import { action, examples } from './action.js';
import { pair, question, show, typed, type Question } from './call.question.js';
import { UsageError } from './failure.js';
import { clientOf } from './partner.js';

export const verifyCommand = (): Command =>
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
        const claims = Object.fromEntries(claim.map(({ name, value }) => [name, typed(value)]));
        show(terminal, await client.verify(options.registry, id, claims));
      }),
    );
