import type { ResultOf } from '../graphql/graphql.js';
import type { SOURCES } from './sources.document.js';

export type Source = ResultOf<typeof SOURCES>['sources'][number];
