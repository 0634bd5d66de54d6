import type { ResultOf } from '../graphql/graphql.js';
import type { ADMIN_ACCOUNTS } from './accounts.document.js';

export type Account = ResultOf<typeof ADMIN_ACCOUNTS>['adminAccounts'][number];
