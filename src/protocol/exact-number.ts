/** Which numbers of a JSON text survive being read: beyond 2^53-1 a double is another number than the one written (RFC 7493, 2.2). */

/** No double needs more decimal digits to be told from the others. */
const MAX_DIGITS = 17;
/** More zeros than a double's smallest number has. */
const MAX_SOURCE = 400;

/** What to do about one that does not; stands behind the name of the field. */
export const INEXACT = 'is a number that is not held exactly (beyond 2^53-1, or too many digits): send it as a string';

/** @param source a number as it was written: `12`, `-1.50`, `1e3` */
export function isExact(source: string): boolean {
  const value = Number(source);
  if (/^-?\d+$/.test(source)) return Number.isSafeInteger(value);
  if (!Number.isFinite(value) || source.length > MAX_SOURCE) return false;
  const digits = source
    .replace(/[eE].*$/, '')
    .replace(/\D/g, '')
    .replace(/^0+/, '');
  return digits === '' || (value !== 0 && lastNonZero(digits) <= MAX_DIGITS);
}

/** A number that was read, where it becomes text: one that was rounded on the way is no safe integer. */
export const isExactValue = (value: number): boolean =>
  Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));

/** For `JSON.parse` where its text is not ours to guard: an inexact number becomes NaN, which JSON cannot hold. */
export function markInexact(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || isExact(context?.source ?? String(value))) return value;
  return Number.NaN;
}

/** Whether a JSON text may hold an inexact number: false only where none is so long, or has an exponent. */
export const mayBeInexact = (json: string): boolean => /[:,[\s]-?(?:[\d.]{16}|[\d.]+[eE])/.test(json);

function lastNonZero(digits: string): number {
  let length = digits.length;
  while (length > 0 && digits[length - 1] === '0') length -= 1;
  return length;
}
