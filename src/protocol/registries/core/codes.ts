/** All code lists of the dictionary by name (protocol 4.2 to 4.7). */
import { CORE_CODES } from './core.codes.js';
import { CRVS_CODES } from '../crvs/crvs.codes.js';
import type { Code } from '../definition.js';
import { DR_CODES } from '../dr/dr.codes.js';
import { ESS_CODES } from '../ess/ess.codes.js';
import { FR_CODES } from '../fr/fr.codes.js';
import { IBR_CODES } from '../ibr/ibr.codes.js';

export const CODES: Record<string, Code[]> = {
  ...CORE_CODES,
  ...CRVS_CODES,
  ...DR_CODES,
  ...ESS_CODES,
  ...FR_CODES,
  ...IBR_CODES,
};

/** Lists that the standard leaves open (placeholders, local choice, job titles): a value outside of them is kept as it is. */
export const OPEN_CODES: ReadonlySet<string> = new Set([
  'IdentifierTypeEnum',
  'IncomeLevelEnum',
  'LanguageCodeEnum',
  'OccupationEnum',
]);
