/** Leads imports of `src` and `test` to the packages that packages.mjs made; a package's own imports go where they went. */
import { readdirSync } from 'node:fs';
import { join, sep } from 'node:path';

import { fileOf } from './packages.mjs';

const folder = process.env.TEST_PACKAGES;
const made = new Set(readdirSync(folder));

export function sync(request, options) {
  if (!options.basedir.includes(`${sep}node_modules${sep}`) && made.has(fileOf(request)))
    return join(folder, fileOf(request));
  return options.defaultResolver(request, options);
}
