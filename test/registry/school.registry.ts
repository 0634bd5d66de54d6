/** A further registry, as CONTRIBUTING.md has it: pupils, with a class, a code list, an identifier type and an event of its own. */
import { personAliases } from '../../src/protocol/registries/attribute.aliases.js';
import {
  event,
  IDENTIFIER_TYPES,
  PERSON_IDENTIFYING,
  lifecycle,
  operations,
} from '../../src/protocol/registries/core/common.vocabulary.js';
import { CORE_CLASSES, PERSON } from '../../src/protocol/registries/core/core.classes.js';
import type { RegistryDefinition } from '../../src/protocol/registries/definition.js';
import { byName, coded, extend, integer, text } from '../../src/protocol/registries/records/property.js';

const PUPIL = extend(PERSON, {
  name: 'Pupil',
  properties: { school_name: text, school_year: integer, level: coded('SchoolLevelEnum') },
});

export const SCHOOL: RegistryDefinition = {
  registry: 'SCHOOL',
  title: 'School Registry',
  paths: ['school', 'pupils'],
  regType: 'ns:org:RegistryType:School',
  recordTypePrefix: '',
  recordTypes: [
    {
      name: 'Pupil',
      aliases: ['Student'],
      class: 'Pupil',
      typeName: 'Pupil',
      identifierPaths: ['identifier'],
      identifying: [...PERSON_IDENTIFYING, 'PUPIL_NO'],
      memberPaths: [],
      attributeAliases: { ...personAliases(), school: 'school_name' },
    },
  ],
  events: [...lifecycle(['REGISTER']), event('Graduation', true)],
  identifierTypes: { ...IDENTIFIER_TYPES, pupil_no: 'PUPIL_NO' },
  txnStatusRecords: 'array',
  operations: operations(),
  classes: byName([...CORE_CLASSES, PUPIL]),
  codes: {
    SchoolLevelEnum: [
      { code: '1', label: 'Primary' },
      { code: '2', label: 'Secondary' },
    ],
  },
};
