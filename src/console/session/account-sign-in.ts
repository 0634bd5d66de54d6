/** Signing in with an account of the gateway: name and password for the token of a session. */
import { patiently } from './patience.js';

export interface AccountValues {
  name: string;
  password: string;
  code: string;
  newPassword: string;
}

export type AccountProblem = 'notRight' | 'locked' | 'unreachable';

export type AccountAnswer =
  | { token: string; subject: string }
  /** Where another gave the password: one's own is to be chosen, or was not good. */
  | { newPassword: string; message: string }
  | { problem: AccountProblem };

interface Told {
  token?: string;
  subject?: string;
  error?: string;
  message?: string;
  field?: string;
}

export async function signInWithAccount(values: AccountValues): Promise<AccountAnswer> {
  const response = await patiently('/admin/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(values),
  }).catch(() => undefined);
  const told: Told = (await response?.json().catch(() => ({}))) ?? {};
  if (told.token !== undefined) return { token: told.token, subject: told.subject ?? '' };
  if (told.field === 'newPassword') return { newPassword: told.error ?? '', message: told.message ?? '' };
  if (told.error === 'LOCKED') return { problem: 'locked' };
  return { problem: response === undefined || response.status >= 500 ? 'unreachable' : 'notRight' };
}
