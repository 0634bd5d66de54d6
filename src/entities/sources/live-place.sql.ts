/**
 * A live source and a record type that it keeps, as one word: under it stands which of its records a consent is of. A source
 * that takes the place of another has records of its own, of which consents are anew.
 */
const LIVE = `source_record_type t join source s on s.name = t.source and s.mode = 'LIVE'`;
const PLACE = `t.source || ' ' || t.record_type`;

/** Where the records of a type are kept; no row where that is with us. */
export const livePlace = (registry: string, recordType: string): string =>
  `select ${PLACE} from ${LIVE} where t.registry = ${registry} and t.record_type = ${recordType}::text`;

export const isLivePlace = (registry: string, place: string): string =>
  `exists (select from ${LIVE} where t.registry = ${registry} and ${PLACE} = ${place})`;
