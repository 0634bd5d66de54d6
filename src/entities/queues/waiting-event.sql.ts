/** Events that wait to be told, said by expressions, each of which one index serves: see migration 0106. */

/** The id of an event that waits, null of any other. */
export const waitingId = (event: string): string => `(case when ${event}.fanned_out_at is null then ${event}.id end)`;

/** Its record. */
export const waitingRecord = (event: string): string =>
  `(case when ${event}.fanned_out_at is null then ${event}.record_id end)`;

/** An event `e` that waits keeps the version. */
export const keepsVersion = (version: string): string =>
  `${waitingRecord('e')} is not null and ${waitingRecord('e')} = ${version}.record_id and e.version = ${version}.version`;
export const KEEPS_VERSION = keepsVersion('v');
