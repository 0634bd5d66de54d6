/** What a live subscription tells its reader: ids travel, rows are loaded in batches and judged for this very reader. */
import type { TailEvent } from '../../entities/queues/tail.repository.js';
import type { OutboxDetail, Topic } from '../../entities/queues/outbox.repository.js';
import type { Context } from '../context.js';
import { unauthenticated } from '../../use-cases/errors.js';
import { createLoaders, type Loaders } from '../loaders.js';
import { abortable } from './abortable.js';
import type { LiveEvent } from './tail-cursor.js';
import { Telling, toldOnce, type Told } from './telling.js';

const LOAD_AT_ONCE = 100;

export interface Followed<Row, Change extends object> {
  topic: Topic;
  /** What can be said without the row; `false` spares loading it. */
  accepts: (detail: OutboxDetail) => boolean;
  /** As it is now; `undefined` where the row is gone. */
  load: (loaders: Loaders, id: string) => Promise<Row | undefined>;
  matches: (row: Row) => boolean;
  told: (row: Row, cursor: string) => Change;
}

/** Changes of this reader; of one that shares, what all of its kind are told. */
export function follow<Row, Change extends object>(
  context: Context,
  after: string | null | undefined,
  followed: Followed<Row, Change>,
): AsyncGenerator<Change | Telling> {
  const accepted = ({ topic, detail }: TailEvent) => topic === followed.topic && followed.accepts(detail);
  return abortable(async function* (signal) {
    for await (const events of context.services.tail.batches({ after, signal, accepts: accepted }))
      for (let start = 0; start < events.length; start += LOAD_AT_ONCE)
        for (const telling of tellings(context, events.slice(start, start + LOAD_AT_ONCE), followed)) {
          const told = await telling;
          if (told === undefined) continue;
          await assertStillAllowed(context);
          if (context.sharing !== undefined) yield told;
          else {
            context.loaders = told.loaders;
            yield told.root as Change;
          }
        }
  });
}

function tellings<Row, Change extends object>(
  context: Context,
  events: LiveEvent[],
  { load, matches, told }: Followed<Row, Change>,
): Told[] {
  const { sharing, services } = context;
  const { database, clock } = services;
  // Fresh ones: those of the subscription would remember every row it ever told, as it was then. Who finds everything told has none.
  let fresh: Loaders | undefined;
  const tell = async ({ subject, cursor }: LiveEvent): Promise<Telling | undefined> => {
    const loaders = (fresh ??= createLoaders(database, clock));
    const row = await load(loaders, subject);
    return row === undefined || !matches(row) ? undefined : new Telling(told(row, cursor), loaders);
  };
  const made = events.map((event) =>
    sharing === undefined ? tell(event) : toldOnce(event, sharing.key, () => tell(event)),
  );
  // Where one fails, nobody waits for those behind it.
  for (const telling of made) telling.catch(() => undefined);
  return made;
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
