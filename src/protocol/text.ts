/** Text of records and questions: one form for one text (Unicode, annex 15), so that it is stored and found however it was typed. */

/** As `é` in one character, not as `e` and its accent; both look the same and mean the same. */
export const normalText = (text: string): string => text.normalize('NFC');

/** Characters without width or mark, such as those of direction: they come with copied text, and nobody sees or types them. */
const UNSEEN = /\p{Default_Ignorable_Code_Point}/gu;
/** Has none of them. */
const ASCII = /^[ -~]*$/;

export const withoutUnseen = (text: string): string => (ASCII.test(text) ? text : text.replaceAll(UNSEEN, ''));

/** Marks of direction and what else comes unseen with copied text; not the joiners, which some scripts spell with. */
const MARKS = /[\p{Bidi_Control}\u00ad\ufeff]/gu;

export const withoutMarks = (text: string): string => (ASCII.test(text) ? text : text.replaceAll(MARKS, ''));

/** A text of a record, and of a question about one: in its normal form, without blanks around it and marks inside. */
export const plainText = (text: string): string => normalText(withoutMarks(text)).trim();

/** NUL and half a surrogate pair have no place in PostgreSQL; U+FFFD stands for a character that was lost on the way. */
export const isWholeText = (text: string): boolean => text.isWellFormed() && !/[\0\uFFFD]/.test(text);

/** At most so long, in UTF-16 units; a cut through a surrogate pair leaves a text that can still be signed and stored. */
export const cutText = (text: string, most: number): string => text.slice(0, most).toWellFormed();

/** Every text inside a JSON value in its normal form; undefined where one of them is not whole. Names of members stay. */
export function normalTexts(value: unknown): unknown {
  if (typeof value === 'string') return isWholeText(value) ? normalText(value) : undefined;
  if (Array.isArray(value)) return allOf(value.map(normalTexts));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, normalTexts(member)] as const);
  if (members.some(([name, member]) => !isWholeText(name) || member === undefined)) return undefined;
  return Object.fromEntries(members);
}

const allOf = (values: unknown[]): unknown[] | undefined => (values.includes(undefined) ? undefined : values);
