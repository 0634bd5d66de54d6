import { delimiterOf, misfitOf, readCsvRows, type CsvOptions } from '../../src/platform/csv.js';

/** In pieces of one byte, so that every mark and line end is cut somewhere. */
async function* bytes(content: Buffer): AsyncGenerator<Buffer> {
  for (const byte of content) yield Buffer.from([byte]);
}

async function rows(content: Buffer | string, options: CsvOptions = {}) {
  const found = [];
  for await (const some of readCsvRows(bytes(Buffer.from(content as string)), options)) found.push(...some);
  return found;
}
const cells = async (content: Buffer | string, options?: CsvOptions) =>
  (await rows(content, options)).map((row) => row.cells);

test.each([',', ';', '\t'])('cells are parted by %j where the first line shows it', async (delimiter) => {
  expect(await cells(`a${delimiter}b\n1${delimiter}"x,y;z"\n`)).toEqual([
    ['a', 'b'],
    ['1', 'x,y;z'],
  ]);
});

test('the first line decides outside of quotes, and a named delimiter decides alone', async () => {
  expect(delimiterOf('"a,b,c";d')).toBe(';');
  expect(delimiterOf('a,b;c,d')).toBe(',');
  expect(delimiterOf('one')).toBe(',');
  expect(await cells('a|b\n1,2|3', { delimiter: '|' })).toEqual([
    ['a', 'b'],
    ['1,2', '3'],
  ]);
});

test('line ends may be mixed, and lines are counted by them', async () => {
  expect(await rows('a,b\r\n1,2\n3,4\r5,"6\n7"\r\n\r\n8,9')).toEqual([
    { line: 1, cells: ['a', 'b'] },
    { line: 2, cells: ['1', '2'] },
    { line: 3, cells: ['3', '4'] },
    { line: 5, cells: ['5', '6\n7'] },
    { line: 7, cells: ['8', '9'] },
  ]);
});

test('a mark of the encoding is no part of the text', async () => {
  expect(await cells('\ufeffa,b\n')).toEqual([['a', 'b']]);
  expect(await cells(Buffer.from('\ufeffa\tZoé\n', 'utf16le'), { encoding: 'utf-16le' })).toEqual([['a', 'Zoé']]);
});

test('bytes that are no UTF-8 are seen in their row alone; in their own encoding they are text', async () => {
  const latin = Buffer.from('a,b\nZoé,1\nZoe,2\n', 'latin1');
  const [names = [], ...others] = await cells(latin);
  expect(others.map((row) => misfitOf(names, row))).toEqual(['is not text in UTF-8', undefined]);
  expect((await cells(latin, { encoding: 'windows-1252' }))[1]).toEqual(['Zoé', '1']);
});

test.each([
  [['1', '2', ''], undefined],
  [['1', '2'], undefined],
  [['1', '2', '', ''], undefined],
  [['1', '2', '3'], 'column 3 has no name in the first line, but a value'],
  [['1', '2', '', '4'], 'has 4 cells where the header has 3'],
  [['1'], 'has 1 cells where the header has 3'],
])('a nameless last column may only be empty: %j', (row, problem) => {
  expect(misfitOf(['a', 'b', ''], row)).toBe(problem);
});

test('rows are the same whether a quote stands behind them or not, in whatever pieces they come', async () => {
  const parts = ['a', 'é', ' ', ';', ';', '\n', '\r', '\r\n', '\t', ''];
  for (let seed = 0; seed < 60; seed += 1) {
    const text = Array.from({ length: 40 }, (_, place) => parts[(seed * 31 + place * place * (seed + 7)) % 10]).join(
      '',
    );
    const plain = await rows(`${text}\n`, { delimiter: ';' });
    // What the parser reads, as it has the quote before it.
    const [first, ...parsed] = await rows(`"q"\n${text}\n`, { delimiter: ';' });
    expect(first).toEqual({ line: 1, cells: ['q'] });
    expect(parsed.map(({ line, cells: found }) => ({ line: line - 1, cells: found }))).toEqual(plain);
    expect(await rows(text, { delimiter: ';' })).toEqual(plain);
    expect(await rows(`${text}\n"q";1`, { delimiter: ';' })).toEqual([
      ...plain,
      { line: 1 + (text.match(/\r\n|\n|\r/g)?.length ?? 0) + 1, cells: ['q', '1'] },
    ]);
  }
});

test('a long line is limited in bytes, and what stands before and behind it is read', async () => {
  const long = `1;${'é'.repeat(40)}`;
  await expect(rows(`a;b\n${long}\n2;3`, { maxRecordCharacters: 60 })).rejects.toMatchObject({ lines: 2 });
  expect(await rows(`a;b\n${long}\n2;3`, { maxRecordCharacters: 90 })).toEqual([
    { line: 1, cells: ['a', 'b'] },
    { line: 2, cells: long.split(';') },
    { line: 3, cells: ['2', '3'] },
  ]);
});
