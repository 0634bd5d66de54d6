/** Who is calling, as every resolver sees it. */
import type { Role } from '../protocol/vocabulary.js';
import type { KnownSender } from './sender-directory.js';

export type Principal =
  /** A partner, proven by token and (unless it may leave messages unsigned) signature. */
  | { kind: 'sender'; sender: KnownSender; scopes?: string[] }
  | { kind: 'admin'; subject: string; role: Role; session?: LocalSession }
  /** Who signed in with a password where a second factor is asked of everybody, and has none: may set one up, no more. */
  | { kind: 'enrolling'; subject: string; role: Role; session: LocalSession }
  | { kind: 'anonymous' };

/** Of an administrator who signed in with an account of this gateway. */
export interface LocalSession {
  accountId: string;
  tokenHash: Buffer;
}

export type Admin = Extract<Principal, { kind: 'admin' }>;
export type Enrolling = Extract<Principal, { kind: 'enrolling' }>;

export const ANONYMOUS: Principal = { kind: 'anonymous' };

/** How an audit entry names the principal. */
export function actorOf(principal: Principal): string {
  if (principal.kind === 'sender') return principal.sender.senderId;
  return principal.kind === 'anonymous' ? 'anonymous' : principal.subject;
}
