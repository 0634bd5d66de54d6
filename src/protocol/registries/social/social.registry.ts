/** Social registry: persons, household members and households (protocol 4.3). */
import { personAliases } from '../attribute.aliases.js';
import { event, IDENTIFIER_TYPES, lifecycle, operations, PERSON_IDENTIFYING } from '../core/common.vocabulary.js';
import { GROUP_RECORDS, memberRecords } from '../core/household.record-types.js';
import type { RegistryDefinition } from '../definition.js';
import { extensionClasses } from '../core/extension.classes.js';

export const SOCIAL: RegistryDefinition = {
  registry: 'SOCIAL',
  title: 'Social Registry',
  paths: ['social', 'sr'],
  regType: 'ns:org:RegistryType:Social',
  recordTypePrefix: '',
  recordTypes: [
    {
      name: 'SRPerson',
      aliases: ['SR_Person'],
      class: 'SRPerson',
      typeName: 'SRPerson',
      identifierPaths: ['identifier'],
      identifying: PERSON_IDENTIFYING,
      memberPaths: [],
      attributeAliases: personAliases(),
    },
    memberRecords(['HouseholdMember']),
    GROUP_RECORDS,
  ],
  events: [...lifecycle(['REGISTER']), event('NewHouseHoldMember', true)],
  identifierTypes: IDENTIFIER_TYPES,
  txnStatusRecords: 'array',
  operations: operations(),
  classes: extensionClasses('social', 'SRPerson'),
};
