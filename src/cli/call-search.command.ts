import type { Command } from 'commander';
import { action, examples, webAddress, wholeNumber } from './action.js';
import { pair, question, show, type Question } from './call.question.js';
import { UsageError } from './failure.js';
import { clientOf } from './partner.js';

interface SearchOptions extends Question {
  recordType?: string;
  pageSize?: number;
  page?: number;
  purpose?: string;
  callback?: string;
}

export const searchCommand = (): Command =>
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
        const asked = { ids: id, where, recordType, pageSize, pageNumber, purpose };
        if (callback === undefined) return show(terminal, await client.search(registry, asked));
        return show(terminal, await client.searchLater(registry, asked, callback));
      }),
    );
