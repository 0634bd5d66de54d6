/** Asks as whoever is signed in; where the session has ended, when the same reader has signed in again. */
import { authorization, session } from './session.js';

export async function asReader(
  address: RequestInfo | URL,
  request: RequestInit = {},
  ask: typeof fetch = fetch,
): Promise<Response> {
  if (session.token() === undefined) await session.resumed();
  const asked = session.token();
  const answer = await ask(address, asNow(request));
  if (answer.status !== 401) return answer;
  if (session.token() === asked) session.end('expired');
  return asReader(address, request, ask);
}

const asNow = (request: RequestInit): RequestInit => ({
  ...request,
  headers: { ...Object.fromEntries(new Headers(request.headers)), ...authorization() },
});
