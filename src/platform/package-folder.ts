/** Where this package stands. From `src/platform`, `dist/platform` and `dist/bin` (scripts/bundle.mjs) it is as far. */
export const PACKAGE_FOLDER = new URL('../../', import.meta.url);
