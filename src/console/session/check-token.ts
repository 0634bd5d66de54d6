import { client } from '../graphql/client.js';
import { ME } from './me.js';

export type TokenProblem = 'refused' | 'sender' | 'unreachable';

/** Asks the gateway who the token speaks for, before the session begins. */
export async function checkToken(token: string): Promise<TokenProblem | undefined> {
  const fetchOptions = { headers: { authorization: `Bearer ${token}` } };
  const { data, error } = await client.query(ME, {}, { requestPolicy: 'network-only', fetchOptions }).toPromise();
  if (error?.networkError !== undefined) return 'unreachable';
  if (data === undefined) return 'refused';
  return data.me.kind === 'admin' ? undefined : 'sender';
}
