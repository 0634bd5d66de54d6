import { isUuid, timeOf, uuidOf, uuidv7 } from '../../src/platform/uuid.js';

test('ids of one process sort in the order they were made, many in one millisecond too', () => {
  const ids = Array.from({ length: 20_000 }, uuidv7);
  expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});

test('the id of a pair is the same each time, of the moment of its first, and of no other pair', () => {
  const [one, other] = [uuidv7(), uuidv7()];
  expect(uuidOf(one, other)).toBe(uuidOf(one, other));
  expect(uuidOf(one, other)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set([uuidOf(one, other), uuidOf(other, one), uuidOf(one, one)]).size).toBe(3);
  expect([isUuid(uuidOf(one, other)), timeOf(uuidOf(one, other))]).toEqual([true, timeOf(one)]);
});
