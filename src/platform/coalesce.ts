/**
 * Round trips shared as PostgreSQL's group commit shares them: what comes while one is under way waits for its turn, and goes
 * together. Where nothing is under way nothing waits, and what fills a call of its own goes beside it: two half full calls
 * cost both sides more than a whole one, and take no less time.
 */
import DataLoader from 'dataloader';
import { Turns } from './turns.js';

interface Limits {
  /** Calls of `run` at the same time. */
  underWay: number;
  /** Items of one call. */
  atOnce: number;
  /**
   * Of the time, where they come faster than one by one: what comes in the rest of it goes with the next call, which costs
   * little more than a call for few. All of it where left out; one that is full does not wait.
   */
  share?: number;
  /** Results that are given in one turn of the event loop: what each of them goes on with keeps others waiting. All where left out. */
  eachTurn?: number;
}

/** Between two calls. */
const MOST_PAUSE_MS = 50;

/**
 * @param run gives the results of its items, in their order. Where it throws for several, each is tried alone: one that
 *   cannot be done takes no other with it. So an item that was done before its answer was lost must bear to be done again.
 */
export function coalesce<Item, Result>(
  run: (items: readonly Item[]) => Promise<Result[]>,
  { underWay: most, atOnce, share = 1, eachTurn }: Limits,
): (item: Item) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let underWay = 0;
  let nextAt = -Infinity;
  let pausing: NodeJS.Timeout | undefined;
  const begin = (): void => {
    // Behind another one a call takes nothing more: it is full.
    const isFull = waiting.length > 1;
    if (waiting.length === 0 || (underWay > 0 && !(isFull && underWay < most))) return;
    const pause = isFull ? 0 : nextAt - performance.now();
    if (pause > 0) {
      pausing ??= setTimeout(() => {
        pausing = undefined;
        begin();
      }, pause);
      return;
    }
    const next = waiting.shift() as () => void;
    underWay += 1;
    // After everything that this turn of the event loop has ready.
    setImmediate(next);
  };
  const runInTurn = (items: readonly Item[]): Promise<(Result | Error)[]> => {
    const began = performance.now();
    return runOrEach(run, items).finally(() => {
      const now = performance.now();
      if (items.length > 1) nextAt = now + Math.min(MOST_PAUSE_MS, (now - began) * (1 / share - 1));
      underWay -= 1;
      begin();
    });
  };
  const schedule = (dispatch: () => void): void => {
    waiting.push(dispatch);
    begin();
  };
  const loader = new DataLoader(runInTurn, { cache: false, maxBatchSize: atOnce, batchScheduleFn: schedule });
  if (eachTurn === undefined) return (item) => loader.load(item);
  const turns = new Turns(eachTurn);
  return async (item) => {
    try {
      return await loader.load(item);
    } finally {
      await turns.next();
    }
  };
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
