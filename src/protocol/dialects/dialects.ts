/** The dialects by name. */
import type { Dialect } from '../vocabulary.js';
import type { DialectForms } from './dialect.js';
import { OPENCRVS } from './opencrvs/opencrvs.dialect.js';
import { OPENG2P } from './openg2p/openg2p.dialect.js';
import { OPENIMIS } from './openimis/openimis.dialect.js';
import { OPENSPP } from './openspp/openspp.dialect.js';

export const DIALECTS: Record<Dialect, DialectForms> = { DCI: {}, OPENSPP, OPENCRVS, OPENG2P, OPENIMIS };
