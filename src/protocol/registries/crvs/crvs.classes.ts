/** Classes of the civil registry (protocol 4.4). */
import { CORE_CLASSES, PERSON } from '../core/core.classes.js';
import { extensionContext } from '../core/extension.classes.js';
import { byName, coded, date, extend, listOf, object } from '../records/property.js';

const CRVS_PERSON = extend(PERSON, {
  name: 'CRVS_Person',
  context: extensionContext('crvs', 'CRVSPerson'),
  properties: {
    birth_place: object('Place'),
    death_place: object('Place'),
    marital_status: coded('MaritalStatusEnum'),
    marriage_date: listOf(date),
    divorce_date: listOf(date),
    parent1_identifier: object('Identifier'),
    parent2_identifier: object('Identifier'),
  },
  spellings: {
    place_of_birth: 'birth_place',
    place_of_death: 'death_place',
    date_of_marriage: 'marriage_date',
    date_of_divorce: 'divorce_date',
  },
});

export const CRVS_CLASSES = byName([...CORE_CLASSES, CRVS_PERSON]);
