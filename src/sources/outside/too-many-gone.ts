/** How much of a source may be gone at once: more is more likely a mistake there than the end of so many. */
import type { SourceFile } from './source-file.schema.js';
import { SourceFault } from './source-fault.js';

/** So many may go at once, whatever the share: registries are small while they are tried out. */
const MAY_END = 10;

export const isTooMany = (gone: number, served: number, { max_end_share: share }: SourceFile['capture']): boolean =>
  gone > Math.max(MAY_END, served * share);

export const tooManyGone = (gone: number, served: number): SourceFault =>
  new SourceFault(
    `${gone} of ${served} records are gone at the source, more than max_end_share allows: look there, then resync to end them here too`,
  );
