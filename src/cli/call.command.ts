import { Command } from 'commander';
import { examples } from './action.js';
import { searchCommand } from './call-search.command.js';
import { subscribeCommand, unsubscribeCommand } from './call-subscribe.command.js';
import { txnStatusCommand } from './call-txn-status.command.js';
import { verifyCommand } from './call-verify.command.js';
import { withPartnerOptions } from './partner.js';

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
