/** Asks as whoever is signed in; where the session has ended, when the same reader has signed in again. */
import { authorization, session } from './session.js';

export async function asReader(address: RequestInfo | URL, request: RequestInit = {}): Promise<Response> {
  if (session.token() === undefined) await session.resumed();
  const asked = session.token();
  const answer = await fetch(address, asNow(request));
  if (answer.status !== 401) return answer;
  if (session.token() === asked) session.end('expired');
  return asReader(address, request);
}

const asNow = (request: RequestInit): RequestInit => ({
  ...request,
  headers: { ...Object.fromEntries(new Headers(request.headers)), ...authorization() },
});
