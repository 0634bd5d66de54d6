/** openIMIS: its own forms of subscribing, headers without a count, and the notifications that it reads. */
import { countItems, type DialectForms } from '../dialect.js';
import { writeNotice } from './openimis.notice.js';
import { readStatusRequest, readSubscribe, readUnsubscribe } from './openimis.requests.js';

export const OPENIMIS: DialectForms = {
  receivers: ['openimis'],
  readHeader: countItems,
  read: { subscribe: readSubscribe, unsubscribe: readUnsubscribe, 'txn-status': readStatusRequest },
  write: { notify: writeNotice },
};
