import type { ResultOf, VariablesOf } from '../graphql/graphql.js';
import type { RECORDS } from './records.document.js';

export type RegistryRecord = ResultOf<typeof RECORDS>['records']['nodes'][number];
export type Wanted = VariablesOf<typeof RECORDS>['filter'];
