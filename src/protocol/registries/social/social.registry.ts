/** Social registry: persons, household members and households (protocol 4.3). */
import { groupAliases, householdAddressAliases, memberAliases, personAliases } from '../attribute.aliases.js';
import {
  event,
  GROUP_IDENTIFYING,
  IDENTIFIER_TYPES,
  MEMBER_IDENTIFYING,
  PERSON_IDENTIFYING,
  lifecycle,
  operations,
} from '../core/common.vocabulary.js';
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
      aliases: ['SR_Person', 'Person'],
      class: 'SRPerson',
      typeName: 'SRPerson',
      identifierPaths: ['identifier'],
      identifying: PERSON_IDENTIFYING,
      memberPaths: [],
      attributeAliases: personAliases(),
    },
    {
      name: 'Member',
      aliases: ['HouseholdMember'],
      class: 'Member',
      typeName: 'Member',
      identifierPaths: ['member_identifier', 'demographic_info.identifier'],
      identifying: MEMBER_IDENTIFYING,
      memberPaths: ['related_person.related_member'],
      attributeAliases: memberAliases(),
    },
    {
      name: 'Group',
      aliases: ['Household', 'Family'],
      class: 'Group',
      typeName: 'Group',
      identifierPaths: ['group_identifier'],
      identifying: GROUP_IDENTIFYING,
      memberPaths: ['group_head_info', 'member_list'],
      attributeAliases: { ...householdAddressAliases(), ...groupAliases() },
    },
  ],
  events: [...lifecycle(['REGISTER']), event('NewHouseHoldMember', true)],
  identifierTypes: IDENTIFIER_TYPES,
  txnStatusRecords: 'array',
  operations: operations(),
  classes: extensionClasses('social', 'SRPerson'),
};
