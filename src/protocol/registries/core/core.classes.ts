/** Core classes of the dictionary (protocol 4.1), in its spelling; older forms under `spellings` (protocol 8.17 and 8.18). */
import type { ClassDefinition } from '../definition.js';
import {
  coded,
  date,
  decimal,
  flag,
  identifier,
  integer,
  json,
  listOf,
  object,
  registered,
  text,
} from '../records/property.js';

const context = (file: string) => `https://schema.spdci.org/core/v1/data/${file}.jsonld`;

export const IDENTIFIER: ClassDefinition = {
  name: 'Identifier',
  context: context('Identifier'),
  properties: { identifier_type: coded('IdentifierTypeEnum'), identifier_value: identifier },
  spellings: { type: 'identifier_type', value: 'identifier_value' },
  value: 'identifier_value',
};

export const NAME: ClassDefinition = {
  name: 'Name',
  context: context('Name'),
  properties: { surname: text, given_name: text, second_name: text, maiden_name: text, prefix: text, suffix: text },
  spellings: {
    first_name: 'given_name',
    last_name: 'surname',
    family_name: 'surname',
    middle_name: 'second_name',
  },
};

export const GEO_COORDINATES: ClassDefinition = {
  name: 'GeoCoordinates',
  context: context('Geocoordinates'),
  properties: { latitude: decimal, longitude: decimal },
};

const PLUS_CODE_BOUNDS: ClassDefinition = {
  name: 'PlusCodeBounds',
  properties: { northeast: object('GeoCoordinates'), southwest: object('GeoCoordinates') },
};

const PLUS_CODE_GEOMETRY: ClassDefinition = {
  name: 'PlusCodeGeometry',
  properties: { bounds: object('PlusCodeBounds'), location: object('GeoCoordinates') },
};

const PLUS_CODE: ClassDefinition = {
  name: 'PlusCode',
  properties: { global_code: text, geometry: object('PlusCodeGeometry') },
};

export const GEO_LOCATION: ClassDefinition = {
  name: 'GeoLocation',
  context: context('GeoLocation'),
  properties: { plus_code: object('PlusCode') },
  spellings: {
    latitude: 'plus_code.geometry.location.latitude',
    longitude: 'plus_code.geometry.location.longitude',
  },
};

export const GEO_SHAPE: ClassDefinition = {
  name: 'GeoShape',
  context: context('GeoShape'),
  properties: { box: text, circle: text, elevation: text, line: text, polygon: text },
};

export const ADDRESS: ClassDefinition = {
  name: 'Address',
  context: context('Address'),
  properties: {
    address_line_1: text,
    address_line_2: text,
    locality: text,
    sub_region_code: text,
    region_code: text,
    postal_code: text,
    country_code: text,
    geo_location: object('GeoLocation'),
  },
  spellings: { street_address: 'address_line_1', city: 'locality', country: 'country_code', zip: 'postal_code' },
};

export const PLACE: ClassDefinition = {
  name: 'Place',
  context: context('Place'),
  properties: {
    name: text,
    address_line: text,
    geo: object('GeoCoordinates'),
    contained_in_place: object('Place'),
    contains_place: listOf(object('Place')),
  },
  spellings: { address: 'address_line' },
  value: 'name',
};

export const PERSON: ClassDefinition = {
  name: 'Person',
  context: context('Person'),
  properties: {
    identifier: listOf(object('Identifier')),
    name: object('Name'),
    sex: coded('SexCategoryEnum'),
    birth_date: date,
    death_date: date,
    address: listOf(object('Address')),
    phone_number: listOf(text),
    email: listOf(text),
    ...registered,
  },
  spellings: {
    person: '.',
    demographic_info: '.',
    identifiers: 'identifier',
    member_identifier: 'identifier',
    identifier_type: 'identifier.identifier_type',
    identifier_value: 'identifier.identifier_value',
    gender: 'sex',
    date_of_birth: 'birth_date',
    dob: 'birth_date',
    date_of_death: 'death_date',
    phone: 'phone_number',
    mobile: 'phone_number',
    last_update: 'last_updated',
  },
};

export const DISABILITY_INFO: ClassDefinition = {
  name: 'DisabilityInfo',
  context: context('DisabilityInfo'),
  properties: {
    disability_limitation_type: coded('FunctionalLimitationType'),
    functional_severity: coded('FunctionalSeverityEnum'),
  },
};

export const RELATED_PERSON: ClassDefinition = {
  name: 'RelatedPerson',
  context: context('RelatedPerson'),
  properties: { relationship_type: coded('RelationshipTypeEnum'), related_member: object('Person') },
};

// The published examples put a person's own fields straight into the member, so a member reads them there as well.
const personFields = Object.keys(PERSON.properties).filter(
  (name) => !['identifier', ...Object.keys(registered)].includes(name),
);
const personSpellings = Object.entries(PERSON.spellings ?? {}).filter(([, path]) => personFields.includes(path));

export const MEMBER: ClassDefinition = {
  name: 'Member',
  context: context('Member'),
  properties: {
    member_identifier: listOf(object('Identifier')),
    demographic_info: object('Person'),
    related_person: listOf(object('RelatedPerson')),
    is_disabled: flag,
    disability_info: listOf(object('DisabilityInfo')),
    marital_status: coded('MaritalStatusEnum'),
    employment_status: coded('EmploymentStatusEnum'),
    occupation: coded('OccupationEnum'),
    income_level: coded('IncomeLevelEnum'),
    language_code: coded('LanguageCodeEnum'),
    education_level: coded('EducationCodeEnum'),
    additional_attributes: listOf(json),
    ...registered,
  },
  spellings: {
    household_member: '.',
    identifier: 'member_identifier',
    identifiers: 'member_identifier',
    person: 'demographic_info',
    last_update: 'last_updated',
    ...Object.fromEntries(personFields.map((name) => [name, `demographic_info.${name}`])),
    ...Object.fromEntries(personSpellings.map(([name, path]) => [name, `demographic_info.${path}`])),
  },
};

export const GROUP: ClassDefinition = {
  name: 'Group',
  context: context('Group'),
  properties: {
    group_identifier: listOf(object('Identifier')),
    group_type: coded('AssistanceUnitEnum'),
    geographical_location: object('Place'),
    address: listOf(object('Address')),
    place_address: flag,
    poverty_score: decimal,
    poverty_score_type: text,
    group_head_info: object('Member'),
    group_size: integer,
    member_list: listOf(object('Member')),
    ...registered,
    additional_attributes: listOf(json),
  },
  spellings: {
    identifier: 'group_identifier',
    household_identifier: 'group_identifier',
    household_size: 'group_size',
    place: 'geographical_location',
    members: 'member_list',
    last_update: 'last_updated',
  },
};

/** Classes that records of every registry reach. */
export const CORE_CLASSES: ClassDefinition[] = [
  IDENTIFIER,
  NAME,
  GEO_COORDINATES,
  PLUS_CODE_BOUNDS,
  PLUS_CODE_GEOMETRY,
  PLUS_CODE,
  GEO_LOCATION,
  GEO_SHAPE,
  ADDRESS,
  PLACE,
];

/** Classes of households and their members; extensions bring their own Person, Member and Group. */
export const MEMBER_CLASSES: ClassDefinition[] = [PERSON, DISABILITY_INFO, RELATED_PERSON, MEMBER, GROUP];
