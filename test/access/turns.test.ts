import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { RecentCallers } from '../../src/access/recent-callers.js';
import { Turns, type Places } from '../../src/access/turns.js';

let now = 0;
let recentCallers: RecentCallers;

beforeEach(() => {
  now = 0;
  recentCallers = new RecentCallers(() => now);
});

/** Asks for turns and tells in which order they began. */
function taking(places: Places) {
  const turns = new Turns(recentCallers, places);
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const begin = async (caller: string) => {
    const end = await turns.take(caller);
    begun.push(caller);
    ends.push(end);
  };
  const take = (caller: string, count = 1) => {
    for (let asked = 0; asked < count; asked += 1) void begin(caller);
    return turn();
  };
  const end = () => {
    ends.shift()?.();
    return turn();
  };
  return { begun, take, end };
}

describe('who is here', () => {
  test('is alone until another comes, and again five seconds after that one came last', () => {
    recentCallers.note('a');
    recentCallers.note('a');
    expect(recentCallers.othersThan('a')).toBe(false);
    recentCallers.note('b');
    expect([recentCallers.othersThan('a'), recentCallers.othersThan('b'), recentCallers.othersThan('c')]).toEqual([
      true,
      true,
      true,
    ]);
    now = 4999;
    recentCallers.note('a');
    expect(recentCallers.othersThan('a')).toBe(true);
    now = 5000;
    expect([recentCallers.othersThan('a'), recentCallers.othersThan('b')]).toEqual([false, true]);
    now = 9999;
    expect(recentCallers.othersThan('b')).toBe(false);
  });
});

describe('turns of one caller', () => {
  test('are as many as it may have alone, one after the other beyond', async () => {
    const { begun, take, end } = taking({ alone: 2, beside: 1 });
    await take('busy', 4);
    expect(begun).toHaveLength(2);
    await end();
    expect(begun).toHaveLength(3);
  });

  test('are fewer beside another, whom they hold up not at all', async () => {
    const { begun, take, end } = taking({ alone: Infinity, beside: 2 });
    await take('busy', 5);
    expect(begun).toHaveLength(5);
    await take('quiet');
    expect(begun).toHaveLength(6);
    await take('busy', 3);
    expect(begun).toHaveLength(6);
    // Five were under way, and two may be: the fourth that ends makes room.
    for (const under of [6, 6, 6, 7]) {
      await end();
      expect(begun).toHaveLength(under);
    }
  });

  test('are many again once the other has gone, and none is forgotten', async () => {
    const { begun, take, end } = taking({ alone: Infinity, beside: 1 });
    await take('quiet');
    await end();
    await take('busy', 5);
    expect(begun).toEqual(['quiet', 'busy']);
    now = 5000;
    await end();
    expect(begun).toHaveLength(6);
  });

  test('rest for as long as they took, only beside another', async () => {
    const { begun, take, end } = taking({ alone: 1, beside: 1, rests: true });
    await take('busy', 3);
    await end();
    expect(begun).toEqual(['busy', 'busy']);
    await take('quiet');
    await sleep(30);
    await end();
    expect(begun).toEqual(['busy', 'busy', 'quiet']);
    while (begun.length < 4) await turn();
    expect(begun.at(-1)).toBe('busy');
  });
});
