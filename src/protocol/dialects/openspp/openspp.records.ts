/** Records as its disability and beneficiary clients read them: labels for codes, identifiers and programmes at the top. */
import { DR_CODES } from '../../registries/dr/dr.codes.js';
import type { Code } from '../../registries/definition.js';
import type { Json, JsonObject } from '../../envelope/json.js';
import { eachIn, eachRecord, isObject, type WriteContext } from '../dialect.js';

type Rewrite = (record: JsonObject, identifying: string[]) => JsonObject;

const RECORDS: Record<string, Rewrite> = { DR: disabledPerson, IBR: beneficiary };

export function writeSearchAnswer(message: JsonObject, { definition, channel }: WriteContext): JsonObject {
  const rewrite = RECORDS[definition.registry];
  if (rewrite === undefined) return message;
  const identifying = definition.recordTypes[0]?.identifying ?? [];
  const rewritten = eachRecord(message, (record) => rewrite(record, identifying));
  // Its beneficiary client reads `data` of a reply as the list itself; its receiver reads the standard's object.
  if (definition.registry !== 'IBR' || channel !== 'REPLY') return rewritten;
  return eachIn(rewritten, 'search_response', (item) => {
    const { data } = item;
    return isObject(data) ? { ...item, data: [data['reg_records'] ?? []].flat() } : item;
  });
}

/**
 * A status that it does not know, and none, it takes for a disability where an impairment is recorded: so impairments are
 * told of approved persons only. Its receiver writes the status to whoever has any of the identifiers at the top: so none
 * that several persons may have, such as that of a household, stands there.
 */
function disabledPerson(record: JsonObject, identifying: string[]): JsonObject {
  if (isPart(record)) return record;
  const { disability_details: details, ...rest } = record;
  const status = record['disability_status'];
  const approved = status === '0';
  return {
    ...rest,
    ...(status === undefined ? {} : { disability_status: labelOf(DR_CODES.DisabilityStatusEnum, status, true) }),
    ...(approved && Array.isArray(details) ? { disability_details: details.map(labelled) } : {}),
    identifier: [memberIdentifiers(record['personal_details'])].flat().filter((one) => isOf(identifying, one)),
  };
}

const isOf = (types: string[], identifier: Json): boolean =>
  isObject(identifier) && types.some((type) => type === identifier['identifier_type']);

/** What its own questions answer of a person is told as it is: whoever asks it knows the status. */
const isPart = (record: JsonObject): boolean =>
  Object.keys(record).length === 1 && ('disability_details' in record || 'disability_support' in record);

const labelled = (detail: Json): Json =>
  isObject(detail) && detail['impairment_type'] !== undefined
    ? { ...detail, impairment_type: labelOf(DR_CODES.ImpairementType, detail['impairment_type']) }
    : detail;

function labelOf(codes: Code[], value: Json, lower = false): Json {
  const label = codes.find(({ code }) => code === value)?.label;
  return label === undefined ? value : lower ? label.toLowerCase() : label;
}

function memberIdentifiers(person: Json | undefined): Json {
  if (!isObject(person)) return [];
  const { member_identifier: own, demographic_info: info } = person;
  return own ?? (isObject(info) ? info['identifier'] : undefined) ?? [];
}

function beneficiary(record: JsonObject): JsonObject {
  const programmes = [record['programme_identifier'] ?? []].flat().filter(isObject);
  const programs = programmes.flatMap(({ programme_name: name, programme_identifier: id }): Json[] =>
    name === undefined && id === undefined ? [] : [{ name: name ?? id ?? null }],
  );
  const member = isObject(record['member']) ? record['member'] : record;
  return { ...record, programs, identifiers: memberIdentifiers(member) };
}
