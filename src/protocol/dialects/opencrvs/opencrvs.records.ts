/** A person of the civil registry in its shape; a client of it reads the dictionary's shape as a person without a name. */
import type { Json, JsonObject } from '../../envelope/json.js';
import { eachRecord, isObject, newestDay, type WriteContext } from '../dialect.js';

export const writeSearchAnswer = (message: JsonObject, { definition }: WriteContext): JsonObject =>
  definition.registry === 'CRVS'
    ? eachRecord(message, (record) => writePerson(record, definition.recordTypes[0]?.identifying ?? []))
    : message;

/** The dictionary's member → its own, where the value is the same. */
const MEMBERS: Record<string, string> = {
  sex: 'sex',
  birth_date: 'birthDate',
  death_date: 'deathDate',
};
const NAME: Record<string, string> = { surname: 'familyName', given_name: 'givenName', second_name: 'middleName' };
const PLACES: Record<string, string> = { birth_place: 'birthPlace', death_place: 'deathPlace' };

/**
 * What was released, under other names; what was not stays absent, and so does a number that several persons may have, such
 * as that of a marriage: importers take whoever has one of the numbers that they know for that person, and write over it.
 */
function writePerson(record: JsonObject, identifying: string[]): JsonObject {
  const { name } = record;
  const parents = ['parent1_identifier', 'parent2_identifier'].flatMap((parent) => record[parent] ?? []);
  return {
    '@type': 'spdci:Person',
    identifier: identifiersOf(record['identifier'], identifying),
    ...renamed(record, MEMBERS),
    ...marriageOf(record),
    ...(isObject(name) ? renamed(name, NAME) : {}),
    ...placesOf(record),
    ...(parents.length === 0
      ? {}
      : {
          relations: parents.map((one) => ({ '@type': 'spdci:Parent', identifier: identifiersOf(one, identifying) })),
        }),
  };
}

/** One date as a text there, of which its clients read no list: the newest. */
function marriageOf({ marriage_date: dates }: JsonObject): JsonObject {
  const newest = newestDay(dates);
  return newest === undefined ? {} : { marriagedate: newest };
}

const renamed = (record: JsonObject, names: Record<string, string>): JsonObject =>
  Object.fromEntries(
    Object.entries(names).flatMap(([from, to]): [string, Json][] =>
      record[from] === undefined ? [] : [[to, record[from]]],
    ),
  );

/** The national number is its NID. */
const identifiersOf = (identifiers: Json | undefined, identifying: string[]): Json[] =>
  [identifiers ?? []].flat().flatMap((one): Json[] => {
    if (!isObject(one)) return [];
    const { identifier_type: type, identifier_value: value } = one;
    if (typeof type === 'string' && !identifying.includes(type)) return [];
    return [{ ...(type === undefined ? {} : { name: type === 'UIN' ? 'NID' : type }), identifier: value ?? null }];
  });

const placesOf = (record: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(PLACES).flatMap(([from, to]): [string, Json][] => {
      const place = record[from];
      return isObject(place) ? [[to, { ...place, '@type': 'Place', identifier: place['name'] ?? null }]] : [];
    }),
  );
