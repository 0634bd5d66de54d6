import { readFileSync } from 'node:fs';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

test('every dependency has its reason in docs/dependencies.md, and an exact version', () => {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(read('package.json'));
  const versions: Record<string, string> = { ...dependencies, ...devDependencies, ...optionalDependencies };
  const reasons = read('docs/dependencies.md');
  expect(Object.keys(versions).filter((name) => !reasons.includes(`\`${name}\``))).toEqual([]);
  expect(Object.values(versions).filter((version) => !/^\d/.test(version))).toEqual([]);
});

test('package-lock.json holds every platform (else: node scripts/complete-lock.mjs), or npm ci refuses it', () => {
  const locked: Record<string, { optionalDependencies?: object }> = JSON.parse(read('package-lock.json')).packages;
  const names = new Set(Object.keys(locked).map((path) => path.replace(/^.*node_modules\//, '')));
  const wanted = Object.values(locked).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
  expect(wanted.filter((name) => !names.has(name))).toEqual([]);
});
