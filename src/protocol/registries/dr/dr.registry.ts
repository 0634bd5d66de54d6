/** Disability registry: persons with a disability, their impairments and support (protocol 4.5). */
import { memberAliases } from '../attribute.aliases.js';
import { event, IDENTIFIER_TYPES, PERSON_IDENTIFYING, lifecycle, operations } from '../core/common.vocabulary.js';
import type { RegistryDefinition } from '../definition.js';
import { DR_CLASSES } from './dr.classes.js';

export const DR: RegistryDefinition = {
  registry: 'DR',
  title: 'Disability Registry',
  paths: ['dr', 'disability'],
  regType: 'ns:org:RegistryType:DR',
  recordTypePrefix: 'spdci-extensions-dci:',
  recordTypes: [
    {
      name: 'DisabledPerson',
      aliases: ['PWD_Person', 'DR_Person'],
      class: 'PWD_Person',
      typeName: 'PWD_Person',
      identifierPaths: ['personal_details.member_identifier', 'personal_details.demographic_info.identifier'],
      identifying: PERSON_IDENTIFYING,
      memberPaths: ['personal_details.related_person.related_member', 'disability_support.human_assistance.caregiver'],
      attributeAliases: memberAliases('personal_details.'),
    },
  ],
  events: [
    ...lifecycle(['REGISTER']),
    event('DisabledPerson', false, [], 'EVERY_RECORD'),
    event('NewDisabledNewborn', false),
  ],
  subscribedEvents: ['REGISTER'],
  identifierTypes: IDENTIFIER_TYPES,
  searchRecords: 'object',
  txnStatusRecords: 'object',
  operations: operations('DISABLED', 'DISABILITY_DETAILS', 'DISABILITY_SUPPORT'),
  classes: DR_CLASSES,
};
