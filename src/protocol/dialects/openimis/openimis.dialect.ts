/** The forms of its systems. */
import type { DialectForms } from '../dialect.js';

export const OPENIMIS: DialectForms = { receivers: ['openimis'] };
