import type { ResultOf } from '../graphql/graphql.js';
import type { PREVIEW_IMPORT } from './import.document.js';

export type Preview = ResultOf<typeof PREVIEW_IMPORT>['previewFileImport'];
