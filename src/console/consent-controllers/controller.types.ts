import type { ResultOf } from '../graphql/graphql.js';
import type { CONSENT_CONTROLLERS } from './consent-controllers.document.js';

export type Controller = ResultOf<typeof CONSENT_CONTROLLERS>['consentControllers'][number];
