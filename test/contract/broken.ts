/** Ways to break a message in one place: a member that is missing, or of another type. */
import type { Json, JsonObject } from '../../src/protocol/envelope/json.js';

export interface Broken {
  /** Where, such as `message.search_request.0.timestamp`, and how. */
  name: string;
  envelope: JsonObject;
}

/** Every place of header and message but those below `spared` member names, whose content the specification leaves open. */
export function breakages(envelope: JsonObject, spared: string[]): Broken[] {
  return placesOf(envelope, spared).flatMap((place) => [
    { name: `${place.join('.')} missing`, envelope: changed(envelope, place, undefined) },
    { name: `${place.join('.')} of another type`, envelope: changed(envelope, place, otherType(at(envelope, place))) },
  ]);
}

type Place = (string | number)[];

function placesOf(value: Json, spared: string[], above: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => {
    const place = [...above, Array.isArray(value) ? Number(key) : key];
    return [place, ...(spared.includes(key) ? [] : placesOf(child, spared, place))];
  });
}

const at = (value: Json, place: Place): Json =>
  place.reduce<Json>((found, key) => (found as Record<string | number, Json>)[key] ?? null, value);

function changed(envelope: JsonObject, place: Place, value: Json | undefined): JsonObject {
  const copy = structuredClone(envelope);
  const parent = at(copy, place.slice(0, -1)) as Record<string | number, Json>;
  const key = place.at(-1) ?? '';
  if (value !== undefined) parent[key] = value;
  else if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
  return copy;
}

/** No member of the specification is a list of lists, or may be either text or number. */
const otherType = (value: Json): Json => (typeof value === 'string' ? 7 : 'x');
