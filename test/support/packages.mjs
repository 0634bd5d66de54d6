/**
 * The packages that `src` imports, as a few files: Jest finds, reads and links every module anew for each test file, and two
 * thousand of them cost more than our own. Made once for each state of the lockfile and the imports; resolver.mjs leads to them.
 */
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { UNBUNDLED } from '../../scripts/unbundled.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const cache = join(root, 'node_modules/.cache');

/** The file of what an import names. */
export const fileOf = (specifier) => `${specifier.replaceAll('/', '+')}.mjs`;

/** Where they are stands in the environment of workers. */
export async function bundlePackages() {
  const specifiers = importedBySource();
  const packagesFolder = join(cache, `packages-${stateOf(specifiers)}`);
  process.env.TEST_PACKAGES = packagesFolder;
  if (existsSync(packagesFolder)) return;
  const { build } = await import('rolldown');
  mkdirSync(cache, { recursive: true });
  const made = mkdtempSync(join(cache, 'making-'));
  const entries = new Map();
  for (const specifier of specifiers) entries.set(specifier, await entryOf(specifier));
  await build({
    cwd: root,
    input: Object.fromEntries([...entries.keys()].map((specifier) => [specifier, `entry:${specifier}`])),
    platform: 'node',
    external: UNBUNDLED,
    plugins: [
      {
        name: 'entries',
        resolveId(id, importer) {
          if (id.startsWith('entry:')) return id;
          return importer?.startsWith('entry:') ? this.resolve(id, join(root, 'src/app.ts')) : null;
        },
        load: (id) => (id.startsWith('entry:') ? entries.get(id.slice('entry:'.length)) : null),
      },
    ],
    logLevel: 'warn',
    output: {
      dir: made,
      entryFileNames: ({ name }) => fileOf(name),
      chunkFileNames: '[name]-[hash].mjs',
      keepNames: true,
    },
  });
  // Whole or not at all, also where two runs begin at once.
  try {
    renameSync(made, packagesFolder);
  } catch (error) {
    if (!existsSync(packagesFolder)) throw error;
    rmSync(made, { recursive: true });
  }
}

/** What Node.js finds by its names in a package, of which some are CommonJS. */
async function entryOf(specifier) {
  const found = Object.keys(await import(specifier));
  const named = found.filter((name) => !['default', 'module.exports', '__esModule'].includes(name));
  return [
    `export { ${named.join(', ')} } from '${specifier}';`,
    found.includes('default') ? `export { default } from '${specifier}';` : '',
  ].join('\n');
}

const IMPORTED = /(?:^import |^(?:import|export) [^'();]* from |^\} from |\bimport\()'(?<name>[@a-z][^']*)'/gm;

/** Of the gateway and its command line; the console's packages are built by Vite. */
function importedBySource() {
  const files = globSync('src/**/*.ts', { cwd: root, exclude: (file) => file === 'src/console' });
  const names = files.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(IMPORTED)].map(({ groups: { name } }) => name),
  );
  const isBundled = (name) =>
    !name.startsWith('node:') && !UNBUNDLED.some((one) => (one.test ? one.test(name) : one === name));
  return [...new Set(names)].filter(isBundled).sort((a, b) => (a < b ? -1 : 1));
}

function stateOf(specifiers) {
  const hash = createHash('sha256').update(specifiers.join());
  for (const file of ['package-lock.json', 'test/support/packages.mjs']) hash.update(readFileSync(join(root, file)));
  return hash.digest('hex').slice(0, 12);
}
