/**
 * Which events a search is about, wherever its client names them: a search for deaths that finds somebody who lives is read
 * as a death. All that are named must be shown (protocol 11).
 */
const NAMES = ['reg_event_type', 'event_type', 'regEventType'];

/** @param places the criteria, and what stands around them @returns names joined by commas; undefined where there is none */
export function namedEvents(...places: Record<string, unknown>[]): string | undefined {
  const named = places.flatMap((place) => [
    ...NAMES.flatMap((name) => place[name] ?? []),
    eventInType(place['reg_type']) ?? [],
  ]);
  // What is no text is no event's name either, and refused as one that is not known.
  const texts = named
    .flat()
    .filter((name) => name != null)
    .map((name) => (typeof name === 'string' ? name : JSON.stringify(name)).trim());
  return [...new Set(texts.filter((text) => text !== ''))].join() || undefined;
}

/** Clients of OpenCRVS name the event there, `ocrvs:registry_type:death` or `death`; any other type says nothing. */
function eventInType(type: unknown): string | undefined {
  const [, prefixed, alone] = typeof type === 'string' ? (EVENT_IN_TYPE.exec(type.trim()) ?? []) : [];
  return prefixed ?? alone;
}
const EVENT_IN_TYPE =
  /^(?:ocrvs:registry_type:(.+)|(?:.*[:/#.])?((?:live|fetal)?[\s_-]*(?:birth|death)|marriage|divorce|adoption))$/i;
