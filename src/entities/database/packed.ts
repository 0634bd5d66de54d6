/**
 * Bytes, or JSON, of many rows as one parameter. An array of them would be written as text, longer and escaped, and read
 * back character by character; a single one goes as it is.
 */

/** Parameters of a statement, for the columns of `unnest`: where each piece begins, and how long it is. */
export interface Packed {
  bytes: Buffer;
  /** From 1, as SQL counts. */
  starts: number[];
  /** `null` where there is none, of which `piece` makes null again. */
  lengths: (number | null)[];
}

export function pack(pieces: readonly (Buffer | null)[]): Packed {
  let next = 1;
  const starts = pieces.map((piece) => {
    const start = next;
    next += piece?.length ?? 0;
    return start;
  });
  return {
    bytes: Buffer.concat(pieces.filter((piece) => piece !== null)),
    starts,
    lengths: pieces.map((piece) => piece?.length ?? null),
  };
}

/** The piece again, as SQL. */
export const piece = (bytes: string, start: string, length: string): string =>
  `substr(${bytes}::bytea, ${start}, ${length})`;

/** JSON texts, a line each: JSON has line breaks between its parts only, and `JSON.stringify` writes none. */
export const lines = (texts: readonly string[]): string => texts.join('\n');

/** An array of them again, as SQL. */
export const linesOf = (texts: string): string => `string_to_array(${texts}::text, E'\\n')::jsonb[]`;
