import { readFileSync } from 'node:fs';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

test('every dependency has its reason in docs/dependencies.md, and an exact version', () => {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(read('package.json'));
  const versions: Record<string, string> = { ...dependencies, ...devDependencies, ...optionalDependencies };
  const reasons = read('docs/dependencies.md');
  expect(Object.keys(versions).filter((name) => !reasons.includes(`\`${name}\``))).toEqual([]);
  expect(Object.values(versions).filter((version) => !/^\d/.test(version))).toEqual([]);
});
