/** One HTTP request and its answer, over a kept connection or a new one. */
import { BrokenWhenUsed, type Answer, type Message, type Opening } from './outbound-connection.js';
import type { Place } from './outbound-kept.js';

/** Over a kept connection that its other end was closing at this moment the request is sent again, over a new one. */
export async function exchange(
  message: Message,
  url: URL,
  place: Place,
  opening: Opening,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Answer> {
  signal.throwIfAborted();
  const sent = { ...message, headers: headersFor(url, message.headers) };
  const path = url.pathname + url.search;
  const over = async (connection = place.takeNew()): Promise<Answer> => {
    const answer = await connection.send(sent, path, opening, maxBytes, signal);
    if (connection.isOpen) place.giveBack(connection);
    return answer;
  };
  try {
    return await over(place.take());
  } catch (error) {
    if (error instanceof BrokenWhenUsed) return over();
    throw error;
  }
}

/** To the host of the URL, whatever was given. */
function headersFor({ host }: URL, given: Record<string, string> = {}): Record<string, string> {
  const headers: Record<string, string> = { host };
  for (const [name, value] of Object.entries(given)) if (name.toLowerCase() !== 'host') headers[name] = value;
  return headers;
}
