/** The reader of the OpenAPI document is one file of a package that is large otherwise: the built code carries it along. */
import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FILE = 'rapidoc-min.js';
const built = fileURLToPath(new URL('../dist/reader/', import.meta.url));

mkdirSync(built, { recursive: true });
copyFileSync(join(dirname(fileURLToPath(import.meta.resolve('rapidoc'))), FILE), join(built, FILE));
