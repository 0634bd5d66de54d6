/** The forms of its systems. */
import type { DialectForms } from '../dialect.js';

export const OPENG2P: DialectForms = { receivers: ['openg2p-registry', 'farmer-registry'] };
