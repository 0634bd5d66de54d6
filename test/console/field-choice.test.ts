import { array, assert, constant, constantFrom, option, property, record } from 'fast-check';
import {
  ALL,
  branchesOf,
  coverageOf,
  covers,
  toggleBranch,
  toggleLeaf,
  type Branch,
} from '../../src/console/shared/field-choice.js';

const PATHS = ['identifier.type', 'identifier.value', 'name.surname', 'name.given_name', 'name.second_name', 'sex'];
const BRANCHES = branchesOf(PATHS);
const NAME = BRANCHES.find(({ name }) => name === 'name') as Branch;

/** Any choice that can be clicked together. */
const clicks = array(
  constantFrom(...BRANCHES).chain((branch) =>
    record({ branch: constant(branch), leaf: option(constantFrom(...branch.leaves, branch.name)) }),
  ),
  { maxLength: 12 },
);
const choose = (made: { branch: Branch; leaf: string | null }[]): string[] =>
  made.reduce<string[]>(
    (fields, { branch, leaf }) =>
      leaf === null || leaf === branch.name ? toggleBranch(fields, branch) : toggleLeaf(fields, branch, leaf),
    [],
  );

describe('the choice of fields', () => {
  test('groups leaves under their first segment, and leaves what stands alone', () => {
    expect(BRANCHES.map(({ name, leaves }) => [name, leaves.length])).toEqual([
      ['identifier', 2],
      ['name', 3],
      ['sex', 0],
    ]);
  });

  test('a leaf taken out of a whole branch leaves its sisters in', () => {
    expect(toggleLeaf(['name', 'sex'], NAME, 'name.surname').toSorted()).toEqual([
      'name.given_name',
      'name.second_name',
      'sex',
    ]);
  });

  test('a branch is all, some or none of its leaves', () => {
    expect(coverageOf(['name'], NAME)).toBe('all');
    expect(coverageOf(NAME.leaves, NAME)).toBe('all');
    expect(coverageOf(['name.surname'], NAME)).toBe('some');
    expect(coverageOf(['sex'], NAME)).toBe('none');
    expect(coverageOf([ALL], NAME)).toBe('all');
  });

  test('a click on a leaf changes that leaf and no other', () => {
    assert(
      property(clicks, constantFrom(...NAME.leaves), (made, leaf) => {
        const before = choose(made);
        const after = toggleLeaf(before, NAME, leaf);
        const changed = PATHS.filter((path) => covers(before, path) !== covers(after, path));
        expect(changed).toEqual([leaf]);
        expect(new Set(after).size).toBe(after.length);
      }),
    );
  });

  test('a click on a branch changes its own leaves only, to all or to none', () => {
    assert(
      property(clicks, (made) => {
        const before = choose(made);
        const after = toggleBranch(before, NAME);
        const others = PATHS.filter((path) => !path.startsWith('name.'));
        expect(others.filter((path) => covers(before, path) !== covers(after, path))).toEqual([]);
        expect(coverageOf(after, NAME)).toBe(coverageOf(before, NAME) === 'all' ? 'none' : 'all');
      }),
    );
  });
});
