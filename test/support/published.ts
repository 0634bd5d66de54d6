/**
 * The published files of the specification lie beside this repository, not in it. Where they are missing, what compares
 * with them is skipped, and the start of the run says so (global-setup.mjs); in CI they must be there, unless
 * PUBLISHED_FILES=none says that this machine has none.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Ends in a slash. */
export const PUBLISHED = fileURLToPath(new URL('../../../shared/spec/', import.meta.url));
export const hasPublished = existsSync(PUBLISHED);
export const describeWhenPublished = hasPublished ? describe : describe.skip;
export const testWhenPublished = hasPublished ? test : test.skip;
