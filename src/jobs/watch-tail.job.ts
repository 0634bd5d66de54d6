/** Says aloud when live changes and seals stand still: only whoever runs the database can end what they wait for. */
import type { GraphqlServices } from '../graphql/context.js';

const ALARM_SECONDS = 60;

export async function watchTail({ tail, log }: Pick<GraphqlServices, 'tail' | 'log'>): Promise<void> {
  const lagSeconds = await tail.lagSeconds();
  if (lagSeconds < ALARM_SECONDS) return;
  log.error(
    { lagSeconds, ...(await tail.heldBy()) },
    'live changes and audit seals wait for a transaction of this database that is still open: end it',
  );
}
