import { Admission, Crowded } from '../../src/access/admission.js';

/** Nobody is refused within. */
const LONG_MS = 60_000;

test('who finds it full is let in as soon as a place is left', async () => {
  const admission = new Admission(1, LONG_MS);
  const leave = await admission.enter('a');
  const second = admission.enter('a');
  leave();
  const leaveAgain = await second;
  expect(admission.underWay).toBe(1);
  leaveAgain();
  expect(admission.underWay).toBe(0);
});

test('a place goes to whose caller has the fewest, however many of another came before', async () => {
  const admission = new Admission(3, LONG_MS);
  const [leave] = await Promise.all(['flood', 'flood', 'flood'].map((caller) => admission.enter(caller)));
  const order: string[] = [];
  const come = async (caller: string): Promise<void> => {
    const done = await admission.enter(caller);
    order.push(caller);
    done();
  };
  const all = ['flood', 'flood', 'flood', 'quiet', 'flood', 'calm'].map(come);
  leave?.();
  await Promise.all(all);
  expect(order).toEqual(['quiet', 'calm', 'flood', 'flood', 'flood', 'flood']);
  expect(admission.underWay).toBe(2);
});

test('whoever waits in vain is refused, and takes no place afterwards', async () => {
  const admission = new Admission(1, 20);
  const leave = await admission.enter('a');
  await expect(admission.enter('b')).rejects.toThrow(Crowded);
  leave();
  expect(admission.underWay).toBe(0);
  (await admission.enter('b'))();
});

test('only so many wait, half of them of one caller; the next is refused at once', async () => {
  const admission = new Admission(2, LONG_MS);
  const leave = await Promise.all(['flood', 'flood'].map((caller) => admission.enter(caller)));
  const waiting = Array.from({ length: 4 }, () => admission.enter('flood'));
  await expect(admission.enter('flood')).rejects.toThrow(/wait as Retry-After says/);
  waiting.push(...Array.from({ length: 4 }, (_, index) => admission.enter(`other-${index}`)));
  await expect(admission.enter('last')).rejects.toThrow(Crowded);
  for (const end of leave) end();
  for (const one of waiting) (await one)();
  expect(admission.underWay).toBe(0);
});
