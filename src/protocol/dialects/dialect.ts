/**
 * A dialect: the forms of one vendor's systems, as data and a few readers and writers. It is called at the edge of the
 * wire only: what came in becomes the standard's form before it is validated, and an answer that was made, clamped and
 * stored in the standard's form is put into the vendor's before it is signed. So a dialect asks nothing that a standard
 * message could not ask, and tells nothing that the standard answer does not hold.
 */
import type { RecordsForm } from '../vocabulary.js';

export interface DialectForms {
  /** Names that its systems use for whom they call. */
  receivers?: string[];
  /** Form of `reg_records` where none was chosen for the sender. */
  records?: RecordsForm;
}
