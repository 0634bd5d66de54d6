/**
 * Round trips shared as PostgreSQL's group commit shares them: what comes while one is under way waits for its turn, and goes
 * together. Where nothing is under way nothing waits, and what fills a call of its own goes beside it: two half full calls
 * cost both sides more than a whole one, and take no less time.
 */
import DataLoader from 'dataloader';

interface Limits {
  /** Calls of `run` at the same time. */
  underWay: number;
  /** Items of one call. */
  atOnce: number;
}

/**
 * @param run gives the results of its items, in their order. Where it throws for several, each is tried alone: one that
 *   cannot be done takes no other with it. So an item that was done before its answer was lost must bear to be done again.
 */
export function coalesce<Item, Result>(
  run: (items: readonly Item[]) => Promise<Result[]>,
  { underWay: most, atOnce }: Limits,
): (item: Item) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let underWay = 0;
  const begin = (): void => {
    // Behind another one a call takes nothing more: it is full.
    const go = underWay === 0 || (underWay < most && waiting.length > 1);
    const next = go ? waiting.shift() : undefined;
    if (next === undefined) return;
    underWay += 1;
    // After everything that this turn of the event loop has ready.
    setImmediate(next);
  };
  const runInTurn = (items: readonly Item[]): Promise<(Result | Error)[]> =>
    runOrEach(run, items).finally(() => {
      underWay -= 1;
      begin();
    });
  const schedule = (dispatch: () => void): void => {
    waiting.push(dispatch);
    begin();
  };
  const loader = new DataLoader(runInTurn, { cache: false, maxBatchSize: atOnce, batchScheduleFn: schedule });
  return (item) => loader.load(item);
}

async function runOrEach<Item, Result>(
  run: (items: readonly Item[]) => Promise<Result[]>,
  items: readonly Item[],
): Promise<(Result | Error)[]> {
  try {
    return await run(items);
  } catch (error) {
    if (items.length === 1) throw error;
    return Promise.all(items.map((item) => run([item]).then(([result]) => result as Result, asError)));
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
