import type { ResultOf } from '../graphql/graphql.js';
import type { ACCESS_REPORT } from './access-report.document.js';

export type AccessReport = ResultOf<typeof ACCESS_REPORT>['accessReport'];
export type Disclosure = AccessReport['disclosures'][number];
export type Reading = AccessReport['readings'][number];
