/** The dialects by name. */
import type { Dialect } from '../vocabulary.js';
import type { DialectForms } from './dialect.js';

export const DIALECTS: Record<Dialect, DialectForms> = {
  DCI: {},
  OPENSPP: { records: 'ARRAY' },
  OPENCRVS: { receivers: ['crvs'] },
  OPENG2P: { receivers: ['openg2p-registry', 'farmer-registry'] },
  OPENIMIS: { receivers: ['openimis'] },
};
