import type { ResultOf } from '../graphql/graphql.js';
import type { OVERVIEW, TRAFFIC } from './overview.document.js';

export type OverviewData = ResultOf<typeof OVERVIEW>['overview'];
export type Traffic = ResultOf<typeof TRAFFIC>;
