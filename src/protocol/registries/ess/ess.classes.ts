/** Classes of the employment registry: the core's persons and households with their work, the beneficiary registry's enrolments. */
import type { ClassDefinition } from '../definition.js';
import { extensionClasses, extensionContext } from '../core/extension.classes.js';
import { MEMBER } from '../core/core.classes.js';
import { BENEFICIARY, BENEFIT, BENEFIT_FREQUENCY, PROGRAMME } from '../ibr/ibr.classes.js';
import { coded, date, extend, listOf, object, text } from '../records/property.js';

const context = (file: string) => extensionContext('ess', file);

const EMPLOYMENT_INFO: ClassDefinition = {
  name: 'EmploymentInfo',
  context: context('EmploymentInfo'),
  properties: {
    start_date: date,
    end_date: date,
    job_title: text,
    employer: text,
    employment_type: coded('EmploymentType'),
  },
};

const WORKER = extend(MEMBER, {
  context: context('Member'),
  properties: {
    demographic_info: object('ESSPerson'),
    employment_info: listOf(object('EmploymentInfo')),
    unemployment_reason: coded('UnemploymentReason'),
  },
});

export const ESS_CLASSES = extensionClasses('ess', 'ESSPerson', [
  WORKER,
  EMPLOYMENT_INFO,
  extend(BENEFICIARY, { context: context('Beneficiary'), properties: { enrollment_status: coded('EnrolmentStatus') } }),
  extend(PROGRAMME, { context: context('Programme') }),
  BENEFIT,
  BENEFIT_FREQUENCY,
]);
