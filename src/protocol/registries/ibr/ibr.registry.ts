/** Integrated beneficiary registry: who is enrolled in which programme (protocol 4.7). */
import { groupAliases, householdAddressAliases, memberAliases } from '../attribute.aliases.js';
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
import { IBR_CLASSES } from './ibr.classes.js';

export const IBR: RegistryDefinition = {
  registry: 'IBR',
  title: 'Integrated Beneficiary Registry',
  paths: ['ibr', 'beneficiary'],
  regType: 'ns:org:RegistryType:IBR',
  recordTypePrefix: '',
  recordTypes: [
    {
      name: 'Beneficiary',
      aliases: [],
      class: 'Beneficiary',
      typeName: 'Beneficiary',
      identifierPaths: ['member.member_identifier', 'member.demographic_info.identifier', 'group.group_identifier'],
      identifying: PERSON_IDENTIFYING,
      otherwise: { unless: 'member', path: 'group.group_identifier', identifying: GROUP_IDENTIFYING },
      severalPerSubject: true,
      memberPaths: ['member.related_person.related_member', 'group.group_head_info', 'group.member_list'],
      attributeAliases: {
        ...memberAliases('member.'),
        ...groupAliases('group.'),
        enrolment_date: 'enrollment_date',
        programme: 'programme_identifier',
        program: 'programme_identifier',
      },
    },
    {
      name: 'Member',
      aliases: ['Person', 'IBR_Person'],
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
  // The specification's spelling is the one its schema lists.
  events: [
    ...lifecycle([]),
    event('enrollement', true, ['enrollment', 'enrolment'], { date: 'enrollment_date' }),
    event('enrollement_status_change', true, ['enrollment_status_change', 'enrolment_status_change'], {
      date: 'status_change_date',
    }),
  ],
  identifierTypes: IDENTIFIER_TYPES,
  txnStatusRecords: 'array',
  operations: operations('ENROLLED', 'ENROLLMENT_UPDATES'),
  classes: IBR_CLASSES,
};
