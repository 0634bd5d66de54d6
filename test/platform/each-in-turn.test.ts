import { eachInTurn } from '../../src/platform/each-in-turn.js';

test('one that fails keeps none of the others, and is told at the end', async () => {
  const done: number[] = [];
  const fault = new Error('the second');
  const all = eachInTurn([1, 2, 3], async (item) => {
    if (item === 2) throw fault;
    done.push(item);
  });
  await expect(all).rejects.toBe(fault);
  expect(done).toEqual([1, 3]);
  await expect(eachInTurn([], async () => undefined)).resolves.toBeUndefined();
});
