/** OpenSPP: its generic client speaks the standard; what it reads back, and what its receivers verify, is its own. */
import type { DialectForms } from '../dialect.js';
import { writeHeader } from './openspp.header.js';
import { writeNotice } from './openspp.notice.js';
import { writeSearchAnswer } from './openspp.records.js';

export const OPENSPP: DialectForms = {
  records: 'ARRAY',
  numericExpiry: true,
  tokenInQuery: true,
  unverifying: ['DR', 'IBR'],
  write: { 'on-search': writeSearchAnswer, notify: writeNotice },
  writeHeader,
};
