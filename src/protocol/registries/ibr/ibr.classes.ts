/** Classes of the beneficiary registry (protocol 4.7). */
import type { ClassDefinition } from '../definition.js';
import { extensionClasses, extensionContext } from '../core/extension.classes.js';
import { coded, date, decimal, identifier, integer, listOf, object, text } from '../records/property.js';

const context = (file: string) => extensionContext('ibr', file);

export const PROGRAMME: ClassDefinition = {
  name: 'Programme',
  context: context('Programme'),
  properties: {
    programme_name: text,
    programme_identifier: identifier,
    programme_description: text,
    implementing_institution: text,
    institution_type: coded('InstitutionEnum'),
    legal_status: coded('LegalStatusEnum'),
    social_protection_functions: listOf(coded('SocialProtectionFunctionEnum')),
    contribution_type: coded('ContributionTypeEnum'),
    programme_type: coded('ProgrammeTypeEnum'),
    benefit: listOf(object('Benefit')),
    benefit_frequency: listOf(object('BenefitFrequency')),
  },
  spellings: {
    programme: '.',
    program: '.',
    program_name: 'programme_name',
    program_identifier: 'programme_identifier',
    program_description: 'programme_description',
    program_type: 'programme_type',
  },
};

export const BENEFIT: ClassDefinition = {
  name: 'Benefit',
  context: context('Benefit'),
  properties: {
    benefit_type: coded('BenefitTypeEnum'),
    benefit_date: date,
    benefit_value: text,
    benefit_description: text,
    benefit_quantity: integer,
  },
};

export const BENEFIT_FREQUENCY: ClassDefinition = {
  name: 'BenefitFrequency',
  context: 'https://schema.spdci.org/extensions/ibr/v1/code/BenefitFrequency.jsonld',
  properties: { freq: text, dtstart: date, interval: decimal, wkst: text, count: integer, until: date },
  value: 'freq',
};

// The published enrolment push keeps dates, status and benefits inside `programme_identifier`, and that inside the member.
const enrolment = (at: string): Record<string, string> => ({
  [`${at}.enrolment_date`]: 'enrollment_date',
  [`${at}.enrollment_date`]: 'enrollment_date',
  [`${at}.enrolment_status`]: 'enrollment_status',
  [`${at}.enrollment_status`]: 'enrollment_status',
  [`${at}.status_change_date`]: 'status_change_date',
  [`${at}.benefits.benefit_frequency`]: 'programme_identifier.benefit_frequency.freq',
  [`${at}.benefits`]: 'benefits',
});

export const BENEFICIARY: ClassDefinition = {
  name: 'Beneficiary',
  context: context('Beneficiary'),
  properties: {
    assistance_unit: coded('AssistanceUnitEnum'),
    group: object('Group'),
    member: object('Member'),
    programme_identifier: listOf(object('Programme')),
    enrollment_date: date,
    enrollment_status: coded('EnrollmentStatusEnum'),
    status_change_date: listOf(date),
    benefits: listOf(object('Benefit')),
    additional_attributes: listOf(text),
  },
  spellings: {
    enrolment_date: 'enrollment_date',
    enrolment_status: 'enrollment_status',
    benefit: 'benefits',
    program_identifier: 'programme_identifier',
    programme: 'programme_identifier',
    person_identifier: 'member.member_identifier',
    ...enrolment('member.programme_identifier'),
    ...enrolment('programme_identifier'),
    'member.programme_identifier': 'programme_identifier',
  },
};

export const IBR_CLASSES = extensionClasses('ibr', 'IBRPerson', [BENEFICIARY, PROGRAMME, BENEFIT, BENEFIT_FREQUENCY]);
