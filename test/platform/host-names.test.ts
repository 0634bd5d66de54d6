/** One partner's name server must not hold up the names of others, which the same few threads ask for. */
import { HostNames } from '../../src/platform/host-names.js';

const ADDRESS = [{ address: '127.0.0.1', family: 4 }];

/** A system that answers when it is told to, and a clock that goes when it is. */
function system() {
  const open = new Map<string, () => void>();
  let now = 0;
  const asked: string[] = [];
  const names = new HostNames(
    (host) => {
      asked.push(host);
      return new Promise((resolve) => void open.set(host, () => resolve(ADDRESS)));
    },
    () => now,
  );
  return {
    asked,
    names,
    answer: (host: string, afterMs: number) => {
      now += afterMs;
      open.get(host)?.();
    },
  };
}

const turns = async (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

test('a name is asked for once at a time, and anew for who comes later', async () => {
  const { names, asked, answer } = system();
  const all = [1, 2, 3].map(() => names.addressesOf('a.test'));
  answer('a.test', 5);
  expect(await Promise.all(all)).toEqual([ADDRESS, ADDRESS, ADDRESS]);
  expect(asked).toEqual(['a.test']);
  void names.addressesOf('a.test');
  expect(asked).toEqual(['a.test', 'a.test']);
});

test('names that were silent take turns with each other, and with nobody else', async () => {
  const { names, asked, answer } = system();
  const first = ['b.test', 'c.test'].map((host) => names.addressesOf(host));
  answer('b.test', 10_000);
  answer('c.test', 0);
  await Promise.all(first);
  asked.length = 0;
  const again = ['b.test', 'c.test'].map((host) => names.addressesOf(host));
  const other = names.addressesOf('a.test');
  await turns();
  expect(asked.toSorted()).toEqual(['a.test', 'b.test']);
  answer('a.test', 5);
  expect(await other).toEqual(ADDRESS);
  answer('b.test', 5);
  await turns();
  expect(asked.at(-1)).toBe('c.test');
  answer('c.test', 5);
  await Promise.all(again);
  // Answered in time: as any other from now on.
  asked.length = 0;
  for (const host of ['b.test', 'c.test']) void names.addressesOf(host);
  expect(asked).toEqual(['b.test', 'c.test']);
});

test('a name that is not found is one that was answered, and keeps no turn', async () => {
  let found = false;
  const names = new HostNames(async () => {
    if (!found) throw new Error('ENOTFOUND');
    return Promise.resolve(ADDRESS);
  });
  await expect(names.addressesOf('a.test')).rejects.toThrow('ENOTFOUND');
  found = true;
  expect(await names.addressesOf('a.test')).toEqual(ADDRESS);
});
