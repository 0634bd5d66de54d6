/** What the gateway serves of a registry, whoever keeps it: which rows of our tables, and whom a live source names. */
import { ItemRejected, ServiceUnavailable } from '../../protocol/errors.js';
import { parseQuery } from '../../protocol/query/parse-query.js';
import type { RecordTypeDefinition, RegistryDefinition } from '../../protocol/registries/definition.js';
import { identifyingInside, identifyingOf, identifyingTypes } from '../../protocol/registries/records/identifying.js';
import { memberIdentifierPaths } from '../../protocol/registries/records/members.js';
import { identifiersOf, type RecordIdentifier } from '../../protocol/registries/records/normalize.js';
import { distinct, findPersonRecords, type PersonRecords } from '../../sources/person-records.js';
import type { LiveHolders } from '../../sources/given-consents.js';
import type { SourceRecord } from '../../sources/registry-source.js';
import { invalid } from '../errors.js';
import type { Services } from '../services.js';

type Asking = Pick<Services, 'source' | 'database'>;

export interface ServedTypes {
  /** Rows of our tables that are served: our own, or the copies of a mirror. */
  stored: { recordType: string; origin: string }[];
  /** Asked at their source. */
  live: RecordTypeDefinition[];
}

export async function servedTypes(
  { source }: Pick<Services, 'source'>,
  definition: RegistryDefinition,
  recordTypes: RecordTypeDefinition[] = definition.recordTypes,
): Promise<ServedTypes> {
  const served: ServedTypes = { stored: [], live: [] };
  for (const recordType of recordTypes) {
    const origin = await source.storedUnder({ definition, recordType: recordType.name });
    if (origin === undefined) served.live.push(recordType);
    else served.stored.push({ recordType: recordType.name, origin });
  }
  return served;
}

/** Of one identifier; more of them are not listed. */
const MOST_NAMED = 200;

/** Records of live sources with the identifier; undefined where one of them cannot be asked by it. */
export async function liveRecords(
  { source }: Pick<Services, 'source'>,
  definition: RegistryDefinition,
  live: RecordTypeDefinition[],
  identifier: RecordIdentifier,
): Promise<SourceRecord[] | undefined> {
  const page = { size: MOST_NAMED, number: 1 };
  const found: SourceRecord[] = [];
  try {
    for (const { name } of live) {
      const query = { definition, recordType: name, criteria: { identifier }, sort: [], page };
      found.push(...(await source.search(query)).records);
    }
  } catch (error) {
    if (error instanceof ItemRejected) return undefined;
    throw error;
  }
  return found;
}

/**
 * Records of live sources that an identifier says to be about its person, by their type: whose a consent under it is. Types
 * of which one person has several are left out, as where such a source cannot be asked by it.
 */
export async function liveHolders(
  services: Pick<Services, 'source'>,
  definition: RegistryDefinition,
  identifier: RecordIdentifier,
  recordTypes: RecordTypeDefinition[] = definition.recordTypes,
): Promise<LiveHolders[]> {
  const { live } = await servedTypes(services, definition, recordTypes);
  const holders: LiveHolders[] = [];
  for (const recordType of live) {
    if (recordType.severalPerSubject !== undefined || !identifyingTypes(recordType).includes(identifier.type)) continue;
    const records = (await liveRecords(services, definition, [recordType], identifier)) ?? [];
    const about = records.filter((record) =>
      namesIn(definition, record).some(({ type, value }) => type === identifier.type && value === identifier.value),
    );
    if (about.length > 0) holders.push({ recordType: recordType.name, recordIds: about.map(({ id }) => id) });
  }
  return holders;
}

/** Of one question about attributes. */
const MOST_FOUND = 1000;

/** Records that an expression holds for, wherever they are kept. @throws DomainError where it is none, or finds too many */
export async function matchingRecords(
  { source }: Pick<Services, 'source'>,
  definition: RegistryDefinition,
  recordType: RecordTypeDefinition,
  sent: unknown,
): Promise<SourceRecord[]> {
  const asked = { definition, recordType: recordType.name, sort: [], page: { size: MOST_FOUND + 1, number: 1 } };
  try {
    const criteria = parseQuery('EXPRESSION', sent, definition, recordType);
    const { records } = await source.search({ ...asked, criteria });
    if (records.length <= MOST_FOUND) return records;
  } catch (error) {
    if (error instanceof ItemRejected) throw invalid('filter.query', error.message);
    throw error;
  }
  throw invalid('filter.query', `finds more than ${MOST_FOUND} records: ask for more, such as a birth date`);
}

export interface HeldRecords extends PersonRecords {
  /** Whether there are no others in a source that keeps none here. */
  complete: boolean;
  /** False where such a source does not answer now. */
  asked: boolean;
}

/** All records that hold a person, wherever they are kept, under any number that says who they are. */
export async function recordsOfPerson(
  services: Asking,
  definition: RegistryDefinition,
  identifiers: RecordIdentifier[],
): Promise<HeldRecords> {
  const named = await recordsUnder(services, definition, identifiers);
  const names = distinct([...identifiers, ...named.names]);
  return names.length === identifiers.length ? named : recordsUnder(services, definition, names);
}

async function recordsUnder(
  { database, source }: Asking,
  definition: RegistryDefinition,
  names: RecordIdentifier[],
): Promise<HeldRecords> {
  const here = await findPersonRecords(database, definition, names);
  const { live } = await servedTypes({ source }, definition);
  const asked = names.map((name) => {
    const types = live.filter((recordType) => identifyingTypes(recordType).includes(name.type));
    return unlessAway(liveRecords({ source }, definition, types, name));
  });
  const answers = await Promise.all(asked);
  const there = answers.flatMap((answer) => (Array.isArray(answer) ? answer : []));
  const mayBeInside =
    identifyingInside(names).length > 0 &&
    live.some((recordType) => memberIdentifierPaths(definition, recordType).length > 0);
  return {
    ...here,
    own: [...new Set([...here.own, ...there.map(({ id }) => id)])],
    names: distinct([...names, ...here.names, ...there.flatMap((record) => namesIn(definition, record))]),
    complete: answers.every(Array.isArray) && !mayBeInside,
    asked: !answers.includes(AWAY),
  };
}

function namesIn(definition: RegistryDefinition, { recordType: name, data }: SourceRecord): RecordIdentifier[] {
  const recordType = definition.recordTypes.find((one) => one.name === name);
  if (recordType === undefined) return [];
  return identifyingOf(recordType, { identifiers: identifiersOf(definition, name, data), data });
}

export const AWAY = Symbol('a source that does not answer now');

export async function unlessAway<T>(asked: Promise<T>): Promise<T | typeof AWAY> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ServiceUnavailable) return AWAY;
    throw error;
  }
}
