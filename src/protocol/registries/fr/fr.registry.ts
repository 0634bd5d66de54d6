/** Farmer registry: farmers, their households and farms (protocol 4.6). */
import { groupAliases, memberAliases } from '../attribute.aliases.js';
import { event, IDENTIFIER_TYPES, PERSON_IDENTIFYING, lifecycle, operations } from '../core/common.vocabulary.js';
import type { RegistryDefinition } from '../definition.js';
import { FR_CLASSES } from './fr.classes.js';

export const FR: RegistryDefinition = {
  registry: 'FR',
  title: 'Farmer Registry',
  paths: ['fr', 'farmer'],
  regType: 'ns:org:RegistryType:FR',
  recordTypePrefix: 'spdci-extensions-dci:',
  recordTypes: [
    {
      name: 'Farmer',
      aliases: ['Farmer_Person', 'FR_Person'],
      class: 'Farmer_Person',
      typeName: 'Farmer_Person',
      identifierPaths: [
        'farmer_personal_details.member_identifier',
        'farmer_personal_details.demographic_info.identifier',
      ],
      identifying: [...PERSON_IDENTIFYING, 'FARMER_ID'],
      memberPaths: [
        'farmer_personal_details.related_person.related_member',
        'family_details.group_head_info',
        'family_details.member_list',
      ],
      attributeAliases: {
        ...memberAliases('farmer_personal_details.'),
        ...groupAliases('family_details.'),
        farm_size: 'farm_details.land_size',
        land_size: 'farm_details.land_size',
        land_tenure: 'farm_details.land_tenure',
        crop_type: 'farm_details.farming_activities.crop_production.crop_type_name',
        livestock_type: 'farm_details.farming_activities.animal_production.type',
        irrigation_type: 'farm_details.farming_activities.crop_production.irrigation_water',
        // The dictionary gives land a place, not an address: the farmer's is the one that has regions.
        'land_details.address': 'farmer_personal_details.demographic_info.address',
      },
    },
  ],
  events: [...lifecycle(['REGISTER']), event('NewFarmer', false, [], 'EVERY_RECORD')],
  identifierTypes: { ...IDENTIFIER_TYPES, FARMER_ID: 'FARMER_ID', FARM_ID: 'FARM_ID', FARM_REG_NO: 'FARM_REG_NO' },
  txnStatusRecords: 'object',
  operations: operations(),
  classes: FR_CLASSES,
};
