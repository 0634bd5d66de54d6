/** What a request holds as long as its response is open. */
import type { ServerResponse } from 'node:http';

/** Gives it back, at once where the caller has left already: its `close` would not come again. */
export function onceClosed(response: ServerResponse, giveBack: () => void): void {
  if (response.closed) giveBack();
  else response.once('close', giveBack);
}
