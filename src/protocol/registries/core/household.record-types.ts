/** Record types that several registries hold: a member of a household, and the household. */
import { groupAliases, householdAddressAliases, memberAliases } from '../attribute.aliases.js';
import { GROUP_IDENTIFYING, MEMBER_IDENTIFYING } from './common.vocabulary.js';
import type { RecordTypeDefinition } from '../definition.js';

export const memberRecords = (aliases: string[]): RecordTypeDefinition => ({
  name: 'Member',
  aliases,
  class: 'Member',
  typeName: 'Member',
  identifierPaths: ['member_identifier', 'demographic_info.identifier'],
  identifying: MEMBER_IDENTIFYING,
  memberPaths: ['related_person.related_member'],
  attributeAliases: memberAliases(),
});

export const GROUP_RECORDS: RecordTypeDefinition = {
  name: 'Group',
  aliases: ['Household', 'Family'],
  class: 'Group',
  typeName: 'Group',
  identifierPaths: ['group_identifier'],
  identifying: GROUP_IDENTIFYING,
  memberPaths: ['group_head_info', 'member_list'],
  attributeAliases: { ...householdAddressAliases(), ...groupAliases() },
};
