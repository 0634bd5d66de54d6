/**
 * The gateway and its command line as a few files, with the packages that they use: to find and link some 2 800 modules is
 * half of the work of a start. Made of what the compiler wrote, which has the types that decorators read. All lie in
 * `dist/bin` itself, as far from the root as `src/platform` (platform/package-folder.ts).
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

import { UNBUNDLED } from './unbundled.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** So that a stack names lines of `src`, with `--enable-source-maps`. */
const mapsOfTheCompiler = {
  name: 'maps of the compiler',
  load: (file) =>
    file.startsWith(`${root}dist/`) && existsSync(`${file}.map`)
      ? { code: readFileSync(file, 'utf8'), map: readFileSync(`${file}.map`, 'utf8') }
      : null,
};

await build({
  cwd: root,
  input: ['dist/main.js', 'dist/cli.js'],
  platform: 'node',
  external: UNBUNDLED,
  plugins: [mapsOfTheCompiler],
  logLevel: 'warn',
  output: {
    dir: 'dist/bin',
    cleanDir: true,
    chunkFileNames: '[name]-[hash].js',
    // Entities and types are known by the names of their classes.
    keepNames: true,
    sourcemap: true,
    sourcemapExcludeSources: true,
  },
});
