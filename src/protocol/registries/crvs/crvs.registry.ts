/** Civil registry: persons with their births, deaths and marriages (protocol 4.4). Its event list is free, so all are emitted. */
import { personAliases } from '../attribute.aliases.js';
import { event, IDENTIFIER_TYPES, PERSON_IDENTIFYING, lifecycle, operations } from '../core/common.vocabulary.js';
import { CRVS_CLASSES } from './crvs.classes.js';
import type { RegistryDefinition } from '../definition.js';

export const CRVS: RegistryDefinition = {
  registry: 'CRVS',
  title: 'Civil Registry',
  paths: ['crvs', 'civil'],
  regType: 'ns:org:RegistryType:Civil',
  recordTypePrefix: 'spdci-extensions-dci:',
  recordTypes: [
    {
      name: 'Person',
      aliases: ['CRVS_Person'],
      class: 'CRVS_Person',
      typeName: 'CRVS_Person',
      identifierPaths: ['identifier'],
      identifying: [...PERSON_IDENTIFYING, 'DRN'],
      memberPaths: ['parent1_identifier', 'parent2_identifier'],
      attributeAliases: personAliases(),
    },
  ],
  events: [
    ...lifecycle(['REGISTER', 'UPDATE', 'DELETE']),
    event('LiveBirth', true, ['birth'], { date: 'birth_date' }),
    event('FetalDeath', true),
    event('Death', true, [], { date: 'death_date' }),
    event('Marriage', true, [], { date: 'marriage_date' }),
    event('Divorce', true, [], { date: 'divorce_date' }),
    event('Adoption', true),
  ],
  identifierTypes: IDENTIFIER_TYPES,
  txnStatusRecords: 'object',
  operations: operations(),
  classes: CRVS_CLASSES,
};
