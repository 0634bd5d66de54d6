import { Kept } from '../../src/platform/kept.js';

/** Readings that end when they are told to. */
function reader() {
  const readings: PromiseWithResolvers<string>[] = [];
  const read = (): Promise<string> => {
    const reading = Promise.withResolvers<string>();
    readings.push(reading);
    return reading.promise;
  };
  const end = async (index: number, value: string | Error): Promise<void> => {
    const reading = readings[index];
    if (value instanceof Error) reading?.reject(value);
    else reading?.resolve(value);
    await Promise.allSettled([reading?.promise]);
  };
  let now = 0;
  const kept = new Kept(read, 1000, () => now);
  return { kept, readings, end, at: (ms: number) => void (now = ms) };
}

async function holding(value: string) {
  const reading = reader();
  const first = reading.kept.get();
  await reading.end(0, value);
  await first;
  return reading;
}

test('many at once share one reading, and what it brought while it is fresh', async () => {
  const { kept, readings, end, at } = reader();
  const asked = [kept.get(), kept.get()];
  await end(0, 'a');
  expect(await Promise.all(asked)).toEqual(['a', 'a']);
  at(700);
  expect(await kept.get()).toBe('a');
  expect(readings).toHaveLength(1);
});

test('it is read anew before it is old, once, and nobody waits', async () => {
  const { kept, readings, end, at } = await holding('a');
  at(800);
  expect([await kept.get(), await kept.get()]).toEqual(['a', 'a']);
  expect(readings).toHaveLength(2);
  await end(1, 'b');
  expect(await kept.get()).toBe('b');
  at(1500);
  expect(await kept.get()).toBe('b');
  expect(readings).toHaveLength(2);
});

test('once it is old, who asks waits for what is being read, unless that began too long ago', async () => {
  const { kept, readings, end, at } = await holding('a');
  at(800);
  await kept.get();
  at(1100);
  const waiting = kept.get();
  await end(1, 'b');
  expect(await waiting).toBe('b');
  at(1600);
  await kept.get();
  at(2700);
  const later = kept.get();
  expect(readings).toHaveLength(4);
  await end(2, 'before');
  await end(3, 'c');
  expect([await later, await kept.get()]).toEqual(['c', 'c']);
});

test('what was being read at a change made here is not taken', async () => {
  const { kept, end, at } = await holding('a');
  at(800);
  await kept.get();
  kept.forget();
  const after = kept.get();
  await end(1, 'before the change');
  await end(2, 'after it');
  expect([await after, await kept.get()]).toEqual(['after it', 'after it']);
});

test('a reading that fails ahead of time is tried again, and fails nobody until the value is old', async () => {
  const { kept, readings, end, at } = await holding('a');
  at(800);
  await kept.get();
  await end(1, new Error('away'));
  expect(await kept.get()).toBe('a');
  expect(readings).toHaveLength(3);
  await end(2, new Error('away'));
  at(1100);
  const refused = kept.get();
  await end(3, new Error('still away'));
  await expect(refused).rejects.toThrow('still away');
  const served = kept.get();
  await end(4, 'b');
  expect(await served).toBe('b');
});
