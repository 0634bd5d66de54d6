/** What a live subscription tells its reader: ids travel, rows are loaded in batches and judged for this very reader. */
import type { TailEvent } from '../../entities/queues/tail.repository.js';
import type { OutboxDetail, Topic } from '../../entities/queues/outbox.repository.js';
import type { Context } from '../context.js';
import { unauthenticated } from '../../use-cases/errors.js';
import { createLoaders, type Loaders } from '../loaders.js';
import { abortable } from './abortable.js';
import type { LiveEvent } from './live-tail.js';

const LOAD_AT_ONCE = 100;

export interface Followed<Row, Told> {
  topic: Topic;
  /** What can be said without the row; `false` spares loading it. */
  accepts: (detail: OutboxDetail) => boolean;
  /** As they are now; `undefined` where a row is gone. */
  load: (loaders: Loaders, ids: string[]) => Promise<(Row | undefined)[]>;
  matches: (row: Row) => boolean;
  told: (row: Row, cursor: string) => Told;
}

export function follow<Row, Told>(
  context: Context,
  after: string | null | undefined,
  followed: Followed<Row, Told>,
): AsyncGenerator<Told> {
  const accepted = ({ topic, detail }: TailEvent) => topic === followed.topic && followed.accepts(detail);
  return abortable(async function* (signal) {
    for await (const events of context.services.tail.batches({ after, signal, accepts: accepted }))
      for (let start = 0; start < events.length; start += LOAD_AT_ONCE)
        yield* tell(context, events.slice(start, start + LOAD_AT_ONCE), followed);
  });
}

async function* tell<Row, Told>(
  context: Context,
  events: LiveEvent[],
  { load, matches, told }: Followed<Row, Told>,
): AsyncGenerator<Told, void, undefined> {
  await assertStillAllowed(context);
  // Fresh ones: those of the subscription would remember every row it ever told, as it was then.
  const { database, clock } = context.services;
  context.loaders = createLoaders(database.em(), database, clock);
  const rows = await load(
    context.loaders,
    events.map(({ subject }) => subject),
  );
  for (const [index, { cursor }] of events.entries()) {
    const row = rows[index];
    if (row === undefined || !matches(row)) continue;
    await assertStillAllowed(context);
    yield told(row, cursor);
  }
}

/** @throws DomainError when the caller's token has ended since */
export async function assertStillAllowed({ stillAllowed }: Context): Promise<void> {
  if ((await stillAllowed?.()) === false)
    throw unauthenticated('the token no longer opens this: connect again with a new one');
}

/** Whether every given member of a filter is met by the detail; a member that the detail does not tell is left to the row. */
export function detailMeets(
  detail: OutboxDetail,
  given: Partial<Record<keyof OutboxDetail, string | null | undefined>>,
): boolean {
  return Object.entries(given).every(([name, value]) => {
    const told = detail[name as keyof OutboxDetail];
    return value == null || told === undefined || told === value;
  });
}
