/** Employment services registry: who seeks or has work, and in which programme they are enrolled. */
import { personAliases } from '../attribute.aliases.js';
import { IDENTIFIER_TYPES, lifecycle, operations, PERSON_IDENTIFYING } from '../core/common.vocabulary.js';
import { GROUP_RECORDS, memberRecords } from '../core/household.record-types.js';
import type { RegistryDefinition } from '../definition.js';
import { BENEFICIARY_RECORDS, ENROLMENT_EVENTS } from '../ibr/ibr.registry.js';
import { ESS_CLASSES } from './ess.classes.js';

export const ESS: RegistryDefinition = {
  registry: 'ESS',
  title: 'Employment Services Registry',
  paths: ['ess', 'employment'],
  regType: 'ns:org:RegistryType:ESS',
  recordTypePrefix: '',
  recordTypes: [
    {
      name: 'ESSPerson',
      aliases: ['ESS_Person'],
      class: 'ESSPerson',
      typeName: 'ESSPerson',
      identifierPaths: ['identifier'],
      identifying: PERSON_IDENTIFYING,
      memberPaths: [],
      attributeAliases: personAliases(),
    },
    BENEFICIARY_RECORDS,
    memberRecords(['HouseholdMember']),
    GROUP_RECORDS,
  ],
  events: [...lifecycle([]), ...ENROLMENT_EVENTS],
  identifierTypes: IDENTIFIER_TYPES,
  txnStatusRecords: 'array',
  operations: operations('ENROLLED'),
  classes: ESS_CLASSES,
};
