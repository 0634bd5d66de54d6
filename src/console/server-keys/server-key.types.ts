import type { ResultOf } from '../graphql/graphql.js';
import type { SERVER_KEYS } from './server-keys.document.js';

export type ServerKey = ResultOf<typeof SERVER_KEYS>['serverKeys'][number];
