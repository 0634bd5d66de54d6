import { Command, InvalidArgumentError } from 'commander';
import { action, examples } from './action.js';
import { UsageError } from './failure.js';

interface Options {
  sender?: string;
  subscription?: string;
  from?: Date;
  until?: Date;
  all?: boolean;
}

export const replayCommand = (): Command =>
  new Command('replay')
    .description('bring deliveries again, in the order of their making; those that failed, or all')
    .option('--sender <id>', 'to this receiver')
    .option('--subscription <code>', 'notifications of this subscription')
    .option('--from <time>', 'made at or after, such as 2026-01-31T08:00:00Z', moment)
    .option('--until <time>', 'made before', moment)
    .option('--all', 'also what was delivered')
    .addHelpText(
      'after',
      examples(
        'npx dci replay --sender ministry-of-health',
        'npx dci replay --subscription 0199… --from 2026-01-31T08:00:00Z --all',
      ),
    )
    .action(
      action<Options>(async (terminal, { sender, subscription, from, until, all = false }) => {
        if ([sender, subscription, from, until].every((given) => given === undefined))
          throw new UsageError('nothing says which deliveries', 'give --sender, --subscription, --from or --until');
        const { withLocalGateway } = await import('./local-gateway.js');
        const { replay } = await import('./replay.run.js');
        const filter = { senderId: sender, subscriptionCode: subscription, from, until, failedOnly: !all };
        const count = await withLocalGateway(terminal, (gateway) => replay(gateway, filter));
        terminal.result(
          { count },
          `${count} deliveries are due again${count === 0 ? '' : '; a worker sends them now'}.`,
        );
      }),
    );

const MOMENT = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** A day alone begins in UTC; one that does not exist is none, though `Date` would count it on into the next month. */
function moment(value: string): Date {
  const [, day = ''] = MOMENT.exec(value) ?? [];
  const [time, start] = [new Date(value), new Date(day)];
  if (Number.isNaN(time.valueOf()) || Number.isNaN(start.valueOf()) || !start.toISOString().startsWith(day))
    throw new InvalidArgumentError('Use a time such as 2026-01-31T08:00:00Z.');
  return time;
}
