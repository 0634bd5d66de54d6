/** The forms of its systems. */
import type { DialectForms } from '../dialect.js';

export const OPENCRVS: DialectForms = { receivers: ['crvs'], tokenInQuery: true };
