export const REFUSAL_REASONS = ['CONFLICTING_IDENTIFIER', 'AMBIGUOUS', 'UNIDENTIFIED', 'CHANGED', 'INVALID'] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** A record that does not follow the dictionary. The message names the path and the remedy, never a value. */
export class RecordInvalid extends Error {
  override readonly name = 'RecordInvalid';

  constructor(
    /** Where, in the dictionary's spelling: `address[0].postal_code`; empty for the record itself. */
    readonly path: string,
    remedy: string,
    readonly reason: RefusalReason = 'INVALID',
  ) {
    super(path === '' ? `the record ${remedy}` : `${path} ${remedy}`);
  }
}
