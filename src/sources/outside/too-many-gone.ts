/** How much of a source may be gone at once: more is more likely a mistake there than the end of so many. */
import type { SourceFile } from './source-file.schema.js';
import type { MappedRecord } from './map-records.js';
import { SourceFault } from './source-fault.js';

/** So many may go at once, whatever the share: registries are small while they are tried out. */
const MAY_END = 10;

export const isTooMany = (gone: number, served: number, { max_end_share: share }: SourceFile['capture']): boolean =>
  gone > Math.max(MAY_END, served * share);

/** Some of them are there, and no record any more. */
export interface Unfit {
  count: number;
  /** Of the first. */
  why: string;
}

export const tooManyGone = (gone: number, served: number, unfit: Unfit | undefined): SourceFault =>
  new SourceFault(
    `${gone} of ${served} records are gone at the source${unfit === undefined ? '' : ` or not served any more (${unfit.count} of them, the first since ${unfit.why})`}, more than max_end_share allows: look there, then resync to end them here too`,
  );

/** What is withheld or refused may be a value that is spelt otherwise now; who is said to have ended has. */
export const isUnfit = ({ state }: MappedRecord): boolean => state === 'WITHHELD' || state === 'REFUSED';

export function moreUnfit(before: Unfit | undefined, [first, ...others]: MappedRecord[]): Unfit | undefined {
  if (first === undefined) return before;
  return { count: (before?.count ?? 0) + 1 + others.length, why: before?.why ?? whyOf(first) };
}

const whyOf = ({ reason }: MappedRecord): string => reason ?? 'its state or a code withholds it';
