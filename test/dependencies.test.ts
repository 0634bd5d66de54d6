import { readFileSync, readdirSync } from 'node:fs';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

test('every dependency has its reason in docs/dependencies.md, and an exact version', () => {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(read('package.json'));
  const versions: Record<string, string> = { ...dependencies, ...devDependencies, ...optionalDependencies };
  const reasons = read('docs/dependencies.md');
  expect(Object.keys(versions).filter((name) => !reasons.includes(`\`${name}\``))).toEqual([]);
  expect(Object.values(versions).filter((version) => !/^\d/.test(version))).toEqual([]);
});

test('the package for partners has the very versions that are tested here', () => {
  const { dependencies } = JSON.parse(read('package.json'));
  const client: Record<string, string> = JSON.parse(read('clients/node/package.json')).dependencies;
  expect(Object.keys(client).length).toBeGreaterThan(3);
  expect(Object.entries(client).filter(([name, version]) => dependencies[name] !== version)).toEqual([]);
});

test('package-lock.json holds every platform (else: node scripts/complete-lock.mjs), or npm ci refuses it', () => {
  const locked: Record<string, { optionalDependencies?: object }> = JSON.parse(read('package-lock.json')).packages;
  const names = new Set(Object.keys(locked).map((path) => path.replace(/^.*node_modules\//, '')));
  const wanted = Object.values(locked).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
  expect(wanted.filter((name) => !names.has(name))).toEqual([]);
});

test('packages are installed again when their content is another, not when their time is', async () => {
  const script = new URL('../scripts/packages.mjs', import.meta.url).href;
  const { lacksPackages } = (await import(script)) as {
    lacksPackages: (locked: object, installed: object, pruned?: boolean) => boolean;
  };
  const locked = { '': { version: '1' }, a: { version: '1', integrity: 'x' }, other: { version: '1', optional: true } };
  const installed = { a: { version: '1', integrity: 'x' } };
  expect(lacksPackages(locked, installed)).toBe(false);
  expect(lacksPackages(locked, {})).toBe(true);
  // What `npm prune --omit=dev` took away is not installed again under the gateway that runs there.
  const withTools = { ...locked, tools: { version: '1', dev: true } };
  expect([false, true].map((pruned) => lacksPackages(withTools, installed, pruned))).toEqual([true, false]);
  expect(lacksPackages(locked, {}, true)).toBe(true);
  expect(lacksPackages(locked, { a: { version: '2', integrity: 'x' } })).toBe(true);
  expect(lacksPackages(locked, { a: { version: '1', integrity: 'y' } })).toBe(true);
  expect(lacksPackages(locked, { ...installed, other: { version: '2' } })).toBe(true);
  const here = (path: string): object => JSON.parse(read(path)).packages;
  expect(lacksPackages(here('package-lock.json'), here('node_modules/.package-lock.json'))).toBe(false);
});

test('the container runs the pinned runtime', () => {
  const { node } = JSON.parse(read('package.json')).dependencies;
  const images = [...read('Dockerfile').matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
  expect(images).toEqual([`node:${node}-bookworm-slim`, `node:${node}-bookworm-slim`]);
});

test('what the image is built of is let into the build', () => {
  const [all, ...allowed] = read('.dockerignore').trim().split('\n');
  expect(all).toBe('*');
  const copied = [...read('Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, from = '']) =>
    from.split(' '),
  );
  expect(copied).toContain('src');
  expect(allowed.toSorted()).toEqual(copied.map((path) => `!${path}`).toSorted());
});

test('what is imported is declared, not found by chance', () => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json'));
  const files = readdirSync(new URL('../src', import.meta.url), { recursive: true, encoding: 'utf8' });
  const imported = files
    .filter((file) => /\.tsx?$/.test(file))
    .flatMap((file) => [...read(`src/${file}`).matchAll(/^(?:import|export) [^;]*?from '([^'.][^']*)';$/gm)])
    .map(([, module = '']) =>
      module
        .split('/')
        .slice(0, module.startsWith('@') ? 2 : 1)
        .join('/'),
    )
    .filter((name) => !name.startsWith('node:'));
  expect(imported.length).toBeGreaterThan(100);
  expect([...new Set(imported)].filter((name) => !(name in dependencies) && !(name in devDependencies))).toEqual([]);
});
