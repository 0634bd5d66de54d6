import { createClient } from '../graphql/client.js';
import { problemOf } from '../shared/problem.js';
import { ME } from './me.document.js';
import { patiently } from './patience.js';

export type TokenProblem = 'refused' | 'forbidden' | 'unreachable';

/** Asks the gateway who the token speaks for, before the session begins. */
export async function checkToken(token: string): Promise<{ subject: string } | { problem: TokenProblem }> {
  const fetchOptions = { headers: { authorization: `Bearer ${token}` } };
  const { data, error } = await createClient(patiently)
    .query(ME, {}, { requestPolicy: 'network-only', fetchOptions })
    .toPromise();
  if (error?.networkError !== undefined) return { problem: 'unreachable' };
  if (data?.me.kind === 'admin') return { subject: data.me.subject };
  return { problem: error === undefined || problemOf(error).code === 'FORBIDDEN' ? 'forbidden' : 'refused' };
}
