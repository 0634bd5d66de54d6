/** Generated criteria that hit: their values come from the records they will be asked of. */
import * as fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import type { Comparison, Criteria, Operator, Scalar } from '../../src/protocol/query/criteria.js';
import type { Attribute } from '../../src/protocol/registries/definition.js';
import type { LoadedRecord } from './registry-database.js';

export function criteriaOver(attributes: Attribute[], records: LoadedRecord[]): Arbitrary<Criteria> {
  const used = attributes.filter(({ path }) => records.some(({ data }) => valuesAt(data, path).length > 0));
  const lists = used.filter(({ many }) => many);
  const leaf = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...used).chain((attribute) => comparison(attribute, records)) },
    { weight: 1, arbitrary: fc.constantFrom(...attributes).chain((attribute) => comparison(attribute, records)) },
    { weight: 1, arbitrary: identifier(records) },
    ...(lists.length === 0
      ? []
      : [
          {
            weight: 1,
            arbitrary: fc.constantFrom(...lists).chain((attribute) => oneEntry(attribute, records)),
          },
        ]),
  );
  return fc.letrec<{ criteria: Criteria }>((tie) => ({
    criteria: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.array(tie('criteria'), { maxLength: 3 }).map((and) => ({ and })),
      fc.array(tie('criteria'), { maxLength: 3 }).map((or) => ({ or })),
      tie('criteria').map((not) => ({ not })),
    ),
  })).criteria;
}

function comparison(attribute: Attribute, records: LoadedRecord[]): Arbitrary<Comparison> {
  const one = valueOf(attribute, records);
  const single = fc.record({ operator: fc.constantFrom<Operator[]>('eq', 'ne', 'gt', 'gte', 'lt', 'lte'), value: one });
  const list = fc.record({
    operator: fc.constantFrom<Operator[]>('in', 'nin'),
    value: fc.array(one, { minLength: 1, maxLength: 25, size: 'max' }),
  });
  const pieces = isFreeText(attribute) ? [{ weight: 1, arbitrary: piece(one) }] : [];
  return fc.oneof({ weight: 3, arbitrary: single }, { weight: 1, arbitrary: list }, ...pieces).map((rest) => ({
    attribute: attribute.path,
    ...rest,
  }));
}

/** Of one value of a list. */
function oneEntry(attribute: Attribute, records: LoadedRecord[]): Arbitrary<Criteria> {
  const part = comparison(attribute, records).filter(({ operator }) => operator !== 'ne' && operator !== 'nin');
  return fc.array(part, { minLength: 1, maxLength: 3 }).map((and) => ({ and, ofOne: attribute.path }));
}

const isFreeText = ({ type, codes }: Attribute): boolean => type === 'string' && codes === undefined;

/** Of a stored value, and with every character that means something in a pattern. */
const piece = (value: Arbitrary<Scalar>): Arbitrary<{ operator: Operator; value: Scalar }> =>
  fc
    .record({
      operator: fc.constantFrom<Operator[]>('contains', 'startsWith', 'endsWith'),
      text: fc.oneof(
        value,
        fc.constantFrom('.', '.*', '[a-z]', '$', '^', '\\', '\\d', '(', '"', '\n', 'a|b', '’', ' '),
      ),
      from: fc.nat(3),
      length: fc.integer({ min: 1, max: 6 }),
    })
    .map(({ operator, text, from, length }) => ({
      operator,
      value:
        String(text)
          .slice(from, from + length)
          .replaceAll(/[\ud800-\udfff]/g, '') ||
        String(text) ||
        '-',
    }));

function valueOf(attribute: Attribute, records: LoadedRecord[]): Arbitrary<Scalar> {
  const stored = records
    .flatMap(({ data }) => valuesAt(data, attribute.path))
    .filter((value) => fits(attribute, value));
  const values = [...new Set(stored.flatMap((value) => (attribute.type === 'date' ? datesOf(String(value)) : value)))];
  const other = OTHERS[attribute.type];
  return values.length === 0 ? other : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...values) }, other);
}

/** The day, its month and its year, as far as a value has them. */
const datesOf = (value: string) => [10, 7, 4].map((length) => value.slice(0, length));

const day = fc.date({ min: new Date('1920-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });
const OTHERS: Record<Attribute['type'], Arbitrary<Scalar>> = {
  string: fc.string({ unit: 'grapheme', maxLength: 5 }).filter((text) => !text.includes('\0')),
  identifier: fc.string({ minLength: 1, maxLength: 5 }),
  number: fc.oneof(fc.integer({ min: -5, max: 100 }), fc.double({ noNaN: true, noDefaultInfinity: true })),
  integer: fc.integer({ min: -5, max: 100 }),
  boolean: fc.boolean(),
  date: fc.tuple(day, fc.constantFrom(10, 7, 4)).map(([date, length]) => date.toISOString().slice(0, length)),
  json: fc.constant('nothing'),
};

const identifier = (records: LoadedRecord[]): Arbitrary<Criteria> =>
  fc.constantFrom(...records.flatMap(({ identifiers }) => identifiers)).map((one) => ({ identifier: one }));

const JSON_TYPE: Partial<Record<Attribute['type'], string>> = {
  date: 'string',
  identifier: 'string',
  integer: 'number',
};

const fits = ({ type }: Attribute, value: unknown): value is Scalar =>
  typeof value === (JSON_TYPE[type] ?? type) && (type !== 'date' || /^\d{4}-/.test(String(value)));

/** Every value under a path; written apart from the evaluator on purpose. */
export function valuesAt(node: unknown, path: string): unknown[] {
  if (Array.isArray(node)) return node.flatMap((item) => valuesAt(item, path));
  if (path === '') return node === undefined ? [] : [node];
  const [key = '', ...rest] = path.split('.');
  if (typeof node !== 'object' || node === null || !(key in node)) return [];
  return valuesAt(Object.entries(node).find(([name]) => name === key)?.[1], rest.join('.'));
}
