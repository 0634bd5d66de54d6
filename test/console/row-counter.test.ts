import { rowCounter } from '../../src/console/shared/row-counter.js';

describe('the rows of a file that comes in', () => {
  const counted = (type: string, pieces: string[]): number[] => {
    const rowsWith = rowCounter(type);
    return pieces.map((piece) => rowsWith(new TextEncoder().encode(piece)));
  };

  test('are those of a table without its head, and no line within a cell is one', () => {
    expect(counted('text/csv; charset=utf-8', ['id,na', 'me\r\n1,"two\nli', 'nes ""so"""\r\n', '2,b\r\n'])).toEqual([
      0, 0, 1, 2,
    ]);
  });

  test('are the lines of NDJSON, whatever quotes stand in them', () => {
    expect(counted('application/x-ndjson', ['{"a":"\\""}\n', '{"b":1}\n{"c"'])).toEqual([1, 2]);
  });
});
