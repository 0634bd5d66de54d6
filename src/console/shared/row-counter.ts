const QUOTE = 0x22;
const LINE_END = 0x0a;

/** Counts the rows of a table or of NDJSON as its bytes come in; a cell of a table may hold lines of its own. */
export function rowCounter(type: string): (bytes: Uint8Array) => number {
  const isTable = type.startsWith('text/csv');
  let lines = isTable ? -1 : 0;
  let isQuoted = false;
  return (bytes) => {
    for (const byte of bytes)
      if (isTable && byte === QUOTE) isQuoted = !isQuoted;
      else if (byte === LINE_END && !isQuoted) lines += 1;
    return Math.max(lines, 0);
  };
}
