/** Of this program, as its package says. */
import { readFileSync } from 'node:fs';
import { PACKAGE_FOLDER } from './package-folder.js';

const MANIFEST = new URL('package.json', PACKAGE_FOLDER);

export const VERSION = (JSON.parse(readFileSync(MANIFEST, 'utf8')) as { version: string }).version;
