/** Classes of the farmer registry (protocol 4.6). `measurment` is the dictionary's spelling. */
import type { ClassDefinition } from '../definition.js';
import { extensionClasses, extensionContext } from '../core/extension.classes.js';
import { coded, decimal, flag, integer, listOf, object, registered, text } from '../records/property.js';

const context = (file: string) => extensionContext('fr', file);

const FARMER: ClassDefinition = {
  name: 'Farmer_Person',
  context: context('Farmer'),
  properties: {
    farmer_personal_details: object('Member'),
    family_details: object('Group'),
    farm_type: coded('FarmTypeEnum'),
    farm_details: listOf(object('FarmInfo')),
    machineries_details: listOf(object('Machineries')),
    ...registered,
  },
  spellings: {
    famer_personal_details: 'farmer_personal_details',
    farmer_type: 'farm_type',
    farm_info: 'farm_details',
    land_details: 'farm_details',
  },
};

const FARM_INFO: ClassDefinition = {
  name: 'FarmInfo',
  context: context('FarmInfo'),
  properties: {
    location: object('Place'),
    land_tenure: coded('LandTenureEnum'),
    land_size: decimal,
    measurment: coded('MeasurmentUnitEnum'),
    farming_activities: object('FarmingActivities'),
    ...registered,
  },
  spellings: { place: 'location', measurement: 'measurment', land_ownership: 'land_tenure', farm_size: 'land_size' },
};

const FARMING_ACTIVITIES: ClassDefinition = {
  name: 'FarmingActivities',
  context: context('FarmingActivities'),
  properties: {
    crop_production: listOf(object('CropDetails')),
    animal_production: listOf(object('LivestockDetails')),
    mixed_farming: flag,
    agri_support_activities: listOf(coded('AgriSupportActivityEnum')),
    aquaculture: listOf(coded('AquaCultureEnum')),
    aqua_support_activities: coded('AquaSupportActivityEnum'),
    agroforestry: listOf(coded('ForestActivityEnum')),
    ...registered,
  },
  spellings: { crop_details: 'crop_production', animal_details: 'animal_production', aqua_farming: 'aquaculture' },
};

const CROP_DETAILS: ClassDefinition = {
  name: 'CropDetails',
  context: context('CropDetails'),
  properties: {
    activity_group: coded('CropActivityEnum'),
    crop_type_name: coded('CropTypeEnum'),
    variety: text,
    season: text,
    end_use: coded('CropEnduseEnum'),
    irrigation: flag,
    irrigation_water: listOf(coded('IrrigationWaterEnum')),
    fertilizer_type: listOf(coded('FertilizerTypeEnum')),
    ...registered,
  },
  spellings: { crop_type: 'crop_type_name' },
};

const LIVESTOCK_DETAILS: ClassDefinition = {
  name: 'LivestockDetails',
  context: context('LivestockDetails'),
  properties: {
    type: coded('AnimalsEnum'),
    count: integer,
    livestock_system: coded('LivestockSystemEnum'),
    ...registered,
  },
};

// The dictionary names two properties `type`; the second, the source of the equipment, is read as `equipment_source`.
const MACHINERIES: ClassDefinition = {
  name: 'Machineries',
  context: context('Machineries'),
  properties: {
    type: coded('MachineriesEnum'),
    count: integer,
    equipment_source: coded('EquipmentSource'),
    ...registered,
  },
  spellings: { equipement_source: 'equipment_source' },
};

export const FR_CLASSES = extensionClasses('fr', 'FRPerson', [
  FARMER,
  FARM_INFO,
  FARMING_ACTIVITIES,
  CROP_DETAILS,
  LIVESTOCK_DETAILS,
  MACHINERIES,
]);
