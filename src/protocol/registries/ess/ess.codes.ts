/** Code lists of the dictionary, employment: code and label, then other words read for the same code. */
import { codes } from '../core/code-list.js';

export const ESS_CODES = {
  EmploymentType: codes([
    ['1', 'Permanent'],
    ['2', 'Fixed-term'],
    ['3', 'Casual'],
    ['4', 'Seasonal'],
    ['5', 'Paid apprentices, trainees and interns'],
  ]),
  EnrolmentStatus: codes([
    ['1', 'Active'],
    ['2', 'Deceased'],
    // The word of the beneficiary registry for the same.
    ['3', 'Exited', 'Graduated'],
    ['4', 'Suspended'],
    ['5', 'Inactive'],
    ['6', 'Reinstated'],
    ['7', 'Awaiting Renewal'],
  ]),
  // The dictionary's `oneOf` ends at 6; it describes eight.
  UnemploymentReason: codes([
    ['1', 'Dismissed or made redundant'],
    ['2', 'A job of limited duration has ended'],
    ['3', 'Personal or family responsibilities'],
    ['4', 'Own illness or disability'],
    ['5', 'Education or training'],
    ['6', 'Retirement'],
    ['7', 'Military or community service'],
    ['8', 'Other reasons'],
  ]),
};
