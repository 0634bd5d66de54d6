/** Code lists of the dictionary, civil registration: code and label, then other words read for the same code. */
import { codes } from '../core/code-list.js';

export const CRVS_CODES = {
  VitalEventTypeEnum: codes([
    ['live_birth', 'Live Birth'],
    ['death', 'Death'],
    ['fetal_death', 'Fetal death'],
    ['marriage', 'Marriage'],
    ['divorce', 'Divorce'],
    ['adoption', 'Adoption'],
  ]),
};
