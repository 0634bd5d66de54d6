import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import { coalesce } from '../../src/platform/coalesce.js';

/** A run that takes until it is told to end, and remembers what it was given. */
function slowRun() {
  const given: number[][] = [];
  const ends: (() => void)[] = [];
  const run = async (items: readonly number[]): Promise<number[]> => {
    given.push([...items]);
    await new Promise<void>((resolve) => ends.push(resolve));
    return items.map((item) => item * 10);
  };
  const end = async () => {
    ends.shift()?.();
    await wait(5);
  };
  return { given, run, end };
}

describe('what goes together', () => {
  test('starts at once, waits while one is under way, and goes beside it once a call is full; each gets its own', async () => {
    const { given, run, end } = slowRun();
    const ask = coalesce(run, { underWay: 2, atOnce: 3 });
    const first = ask(1);
    await wait(5);
    const rest = [2, 3, 4].map(ask);
    await wait(5);
    expect(given).toEqual([[1]]);
    rest.push(...[5, 6, 7, 8].map(ask));
    await wait(5);
    expect(given).toEqual([[1], [2, 3, 4]]);
    await end();
    expect(given).toEqual([[1], [2, 3, 4], [5, 6, 7]]);
    await end();
    expect(given).toEqual([[1], [2, 3, 4], [5, 6, 7]]);
    await end();
    expect(given).toEqual([[1], [2, 3, 4], [5, 6, 7], [8]]);
    await end();
    expect(await Promise.all([first, ...rest])).toEqual([10, 20, 30, 40, 50, 60, 70, 80]);
  });

  test('what comes in one turn of the event loop goes in one call', async () => {
    const given: number[][] = [];
    const ask = coalesce(
      async (items: readonly number[]) => {
        given.push([...items]);
        return [...items];
      },
      { underWay: 1, atOnce: 10 },
    );
    expect(await Promise.all([1, 2, 1].map(ask))).toEqual([1, 2, 1]);
    expect(given).toEqual([[1, 2, 1]]);
  });

  test('given a share of the time, it rests after a call for several, and lets more come together; a full one does not wait', async () => {
    const { given, run, end } = slowRun();
    const ask = coalesce(run, { underWay: 1, atOnce: 3, share: 1 / 100 });
    const all = [1, 2].map(ask);
    await wait(5);
    await end();
    all.push(ask(3));
    await wait(10);
    all.push(ask(4));
    await wait(10);
    expect(given).toEqual([[1, 2]]);
    all.push(...[5, 6].map(ask));
    await wait(5);
    expect(given).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
    await end();
    while (given.length < 3) await wait(5);
    await end();
    expect(await Promise.all(all)).toEqual([10, 20, 30, 40, 50, 60]);
  });

  test('its results are given a few in each turn of the event loop', async () => {
    const { run, end } = slowRun();
    const ask = coalesce(run, { underWay: 1, atOnce: 5, eachTurn: 2 });
    const got: number[] = [];
    for (const item of [1, 2, 3, 4, 5]) void ask(item).then((result) => got.push(result));
    await wait(5);
    const counts: number[] = [];
    void end();
    while (got.length < 5) {
      await turn();
      if (got.length > (counts.at(-1) ?? 0)) counts.push(got.length);
    }
    expect(counts).toEqual([2, 4, 5]);
    expect(got).toEqual([10, 20, 30, 40, 50]);
  });

  test('one that cannot be done takes no other with it, and what comes after goes on', async () => {
    const given: number[][] = [];
    const ask = coalesce(
      async (items: readonly number[]) => {
        given.push([...items]);
        if (items.includes(3)) throw new Error('not three');
        return items.map((item) => item * 10);
      },
      { underWay: 1, atOnce: 10 },
    );
    const results = await Promise.allSettled([1, 3, 5].map(ask));
    expect(results).toEqual([
      { status: 'fulfilled', value: 10 },
      { status: 'rejected', reason: new Error('not three') },
      { status: 'fulfilled', value: 50 },
    ]);
    expect(given).toEqual([[1, 3, 5], [1], [3], [5]]);
    await expect(ask(3)).rejects.toThrow('not three');
    expect(await ask(4)).toBe(40);
  });
});
