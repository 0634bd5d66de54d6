/** Lines of a text as it streams in: ended by line feeds or carriage returns, mixed as they may be, and by nothing else. */

const END = /\r\n|\n|\r/;

/** Other marks that Unicode has for the end of a line are text, and may stand in a JSON string. */
export async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of text) {
    rest += chunk;
    // What may be half an end of a line waits for its other half.
    const whole = rest.endsWith('\r') ? rest.slice(0, -1) : rest;
    const lines = whole.split(END);
    rest = (lines.pop() ?? '') + rest.slice(whole.length);
    yield* lines;
  }
  if (rest !== '') yield* rest.replace(/\r$/, '').split(END);
}
