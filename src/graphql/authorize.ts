/** Who may call a resolver. */
import type { Admin } from '../access/principal.js';
import type { Role } from '../protocol/vocabulary.js';
import type { PartnerCall } from '../use-cases/call.js';
import type { Context } from './context.js';
import { forbidden, unauthenticated } from '../use-cases/errors.js';

export const READERS: Role[] = ['ADMIN', 'OPERATOR', 'AUDITOR', 'MONITOR'];
export const RUNNERS: Role[] = ['ADMIN', 'OPERATOR'];
export const ADMINS: Role[] = ['ADMIN'];

const FACTOR_FIRST =
  'a second factor is asked of every account here: set yours up first, in the console or by beginMySecondFactor';

export function requireRole({ principal }: Context, roles: Role[]): Admin {
  if (principal.kind === 'anonymous') throw unauthenticated('sign in: send Authorization: Bearer <token>');
  if (principal.kind === 'enrolling') throw forbidden(FACTOR_FIRST);
  if (principal.kind !== 'admin' || !roles.includes(principal.role))
    throw forbidden(`this needs one of the roles ${roles.join(', ')}`);
  return principal;
}

/** For what leads to a second factor, and out again. */
export function requireAccount(context: Context): Admin {
  const { principal } = context;
  return principal.kind === 'enrolling' ? { ...principal, kind: 'admin' } : requireRole(context, READERS);
}

/** MONITOR watches how things go, not who they are about. */
export const seesPersons = ({ principal }: Context): boolean =>
  principal.kind === 'admin' && principal.role !== 'MONITOR';

/** A partner with a call to settle; admins read `records` instead, which is audited as theirs. */
export function requireSender({ principal, call, deadline }: Context): PartnerCall {
  if (principal.kind === 'anonymous') throw unauthenticated('send the access token of a sender');
  if (principal.kind !== 'sender' || call === undefined)
    throw forbidden('only a sender may call this, with a signed request');
  return { sender: principal.sender, call, deadline };
}

/** For lists that a sender may read its own rows of: its sender id, or undefined for an admin who sees all. */
export function readerScope({ principal }: Context): { senderId: string } | undefined {
  if (principal.kind === 'sender') return { senderId: principal.sender.senderId };
  if (principal.kind === 'admin') return undefined;
  if (principal.kind === 'enrolling') throw forbidden(FACTOR_FIRST);
  throw unauthenticated('sign in: send Authorization: Bearer <token>');
}
