/** A value of a column of JSON as the text that it means: of a text without its quotes, none of `null`; the rest as it is written. */
export function jsonValue(text: string | null): string | null {
  if (text === null || text === 'null') return null;
  return text.startsWith('"') ? String(JSON.parse(text)) : text;
}
