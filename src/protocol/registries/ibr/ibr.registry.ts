/** Integrated beneficiary registry: who is enrolled in which programme (protocol 4.7). */
import { groupAliases, memberAliases } from '../attribute.aliases.js';
import {
  event,
  GROUP_IDENTIFYING,
  IDENTIFIER_TYPES,
  lifecycle,
  operations,
  PERSON_IDENTIFYING,
} from '../core/common.vocabulary.js';
import { GROUP_RECORDS, memberRecords } from '../core/household.record-types.js';
import type { RecordTypeDefinition, RegistryDefinition } from '../definition.js';
import { IBR_CLASSES } from './ibr.classes.js';

export const BENEFICIARY_RECORDS: RecordTypeDefinition = {
  name: 'Beneficiary',
  aliases: [],
  class: 'Beneficiary',
  typeName: 'Beneficiary',
  identifierPaths: ['member.member_identifier', 'member.demographic_info.identifier', 'group.group_identifier'],
  identifying: PERSON_IDENTIFYING,
  otherwise: { unless: 'member', path: 'group.group_identifier', identifying: GROUP_IDENTIFYING },
  severalPerSubject: 'programme_identifier.programme_identifier',
  memberPaths: ['member.related_person.related_member', 'group.group_head_info', 'group.member_list'],
  attributeAliases: {
    ...memberAliases('member.'),
    ...groupAliases('group.'),
    enrolment_date: 'enrollment_date',
    programme: 'programme_identifier',
    program: 'programme_identifier',
  },
};

/** The specification's spelling is the one its schema lists. */
export const ENROLMENT_EVENTS = [
  event('enrollement', true, ['enrollment', 'enrolment'], { date: 'enrollment_date' }),
  event('enrollement_status_change', true, ['enrollment_status_change', 'enrolment_status_change', 'disenrollment'], {
    date: 'status_change_date',
  }),
];

export const IBR: RegistryDefinition = {
  registry: 'IBR',
  title: 'Integrated Beneficiary Registry',
  paths: ['ibr', 'beneficiary'],
  regType: 'ns:org:RegistryType:IBR',
  recordTypePrefix: '',
  recordTypes: [BENEFICIARY_RECORDS, memberRecords(['IBR_Person']), GROUP_RECORDS],
  events: [...lifecycle([]), ...ENROLMENT_EVENTS],
  identifierTypes: IDENTIFIER_TYPES,
  txnStatusRecords: 'array',
  operations: operations('ENROLLED', 'ENROLLMENT_UPDATES'),
  classes: IBR_CLASSES,
};
