import { Slots } from '../../src/platform/slots.js';

test('slots are taken again, and given back once', () => {
  const slots = new Slots<string>();
  const [first, second] = ['a', 'b'].map((item) => slots.take(item));
  first?.();
  first?.();
  slots.take('c');
  expect(slots.taken().toSorted()).toEqual(['b', 'c']);
  first?.();
  second?.();
  expect(slots.taken()).toEqual(['c']);
});

test('the same item may stand in two', () => {
  const slots = new Slots<object>();
  const item = {};
  const [first] = [slots.take(item), slots.take(item)];
  first();
  expect(slots.taken()).toEqual([item]);
});
