/** Classes of the disability registry (protocol 4.5). */
import type { ClassDefinition } from '../definition.js';
import { extensionClasses, extensionContext } from '../core/extension.classes.js';
import { BENEFIT, BENEFIT_FREQUENCY, PROGRAMME } from '../ibr/ibr.classes.js';
import { coded, listOf, object, registered } from '../records/property.js';

const context = (file: string) => extensionContext('dr', file);

const PWD_PERSON: ClassDefinition = {
  name: 'PWD_Person',
  context: context('PWDPerson'),
  properties: {
    personal_details: object('Member'),
    disability_status: coded('DisabilityStatusEnum'),
    disability_status_level: coded('DisabilityLevelEnum'),
    disability_details: listOf(object('DisabilityDetails')),
    disability_support: listOf(object('DisabilitySupport')),
    transport_requirement: coded('TransportRequirement'),
    housing_type: coded('HousingType'),
    programs_enrolments: listOf(object('Programme')),
    ...registered,
  },
  spellings: {
    member: 'personal_details',
    disability_level: 'disability_status_level',
    programs_enrollments: 'programs_enrolments',
    programmes_enrolments: 'programs_enrolments',
    programmes_enrollments: 'programs_enrolments',
  },
};

const DISABILITY_DETAILS: ClassDefinition = {
  name: 'DisabilityDetails',
  context: context('DisabilityDetails'),
  properties: {
    impairment_type: coded('ImpairementType'),
    impairment_level: coded('ImpairmentLevel'),
    impairment_cause: coded('ImpairmentCause'),
    age_on_set: coded('DisabilityOnSet'),
  },
  spellings: { impairement_type: 'impairment_type' },
};

const DISABILITY_SUPPORT: ClassDefinition = {
  name: 'DisabilitySupport',
  context: context('DisabilitySupport'),
  properties: {
    human_assistance: listOf(object('HumanAssistance')),
    assistive_technology: listOf(object('AssistiveTechnology')),
    housing_support: listOf(object('HousingSupport')),
    medical_care: listOf(object('MedicalCare')),
    animal_assistance: listOf(object('AnimalAssistance')),
    ...registered,
  },
};

const HUMAN_ASSISTANCE: ClassDefinition = {
  name: 'HumanAssistance',
  context: context('HumanAssistance'),
  properties: {
    type: coded('HumanAssistanceType'),
    intensity: coded('SupportFrequency'),
    support: coded('SupportStatusEnum'),
    caregiver: object('DRPerson'),
    relationship: coded('RelationshipTypeEnum'),
    ...registered,
  },
  spellings: { frequency: 'intensity', support_status: 'support' },
};

const support = (name: string, types: string): ClassDefinition => ({
  name,
  context: context(name),
  properties: { type: coded(types), status: coded('SupportStatusEnum'), ...registered },
  spellings: { support_status: 'status' },
});

export const DR_CLASSES = extensionClasses('dr', 'DRPerson', [
  PWD_PERSON,
  DISABILITY_DETAILS,
  DISABILITY_SUPPORT,
  HUMAN_ASSISTANCE,
  support('AssistiveTechnology', 'AssistiveTechnologyEnum'),
  support('HousingSupport', 'HousingSupportEnum'),
  support('MedicalCare', 'MedicalCareEnum'),
  support('AnimalAssistance', 'AnimalAssistanceEnum'),
  PROGRAMME,
  BENEFIT,
  BENEFIT_FREQUENCY,
]);
