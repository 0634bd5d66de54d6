import { setImmediate as turn } from 'node:timers/promises';
import { Turns } from '../../src/platform/turns.js';

test('a few go on in each turn of the event loop, in the order in which they came', async () => {
  const turns = new Turns(2);
  const gone: number[] = [];
  const come = (...these: number[]) => {
    for (const one of these) void turns.next().then(() => gone.push(one));
  };
  come(1, 2, 3, 4, 5);
  await Promise.resolve();
  await Promise.resolve();
  expect(gone).toEqual([1, 2]);
  await turn();
  expect(gone).toEqual([1, 2, 3, 4]);
  come(6, 7);
  await turn();
  expect(gone).toEqual([1, 2, 3, 4, 5, 6]);
  await turn();
  expect(gone).toEqual([1, 2, 3, 4, 5, 6, 7]);
  await turn();
  come(8, 9);
  await Promise.resolve();
  await Promise.resolve();
  expect(gone).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
});
