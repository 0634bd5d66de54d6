/**
 * Signing in with an account of this gateway: name, password and, where there is one, a code. Whatever of them is wrong,
 * and whether there is such an account at all, the answer and the time it takes are the same.
 */
import { LOCAL, insertSession } from '../../entities/admins/admin-session.repository.js';
import { AdminAccount } from '../../entities/admins/admin-account.entity.js';
import { newSessionToken } from '../../access/local-admins.js';
import { hashPassword, isPassword, passwordProblem } from '../../access/password.js';
import type { Unit } from '../../entities/database/database.js';
import { TooManyRequests } from '../../protocol/errors.js';
import type { Role } from '../../protocol/vocabulary.js';
import { recordAdminAction, type ChangeRecord } from '../admin-change.js';
import { conflict, invalid, unauthenticated } from '../errors.js';
import { lockById } from '../locked-row.js';
import type { Services } from '../services.js';
import { accountName, isAccountName } from './accounts.js';
import { factorOf, spendFactor } from './factor.js';

export interface SignIn {
  name: string;
  password: string;
  code?: string | undefined;
  /** Where the one that was given must be changed. */
  newPassword?: string | undefined;
}

export interface SignedIn {
  token: string;
  subject: string;
  role: Role;
  expiresAt: Date;
}

/** A working day. */
const SESSION_MS = 8 * 60 * 60_000;

/** @throws DomainError, TooManyRequests */
export async function signIn(services: Services, asked: SignIn, address: string | undefined): Promise<SignedIn> {
  const name = accountName(asked.name);
  const quota = await services.limiter.guess(name, address);
  const account = quota.allowed || quota.first ? await findAccount(services, name) : undefined;
  if (!quota.allowed) {
    if (quota.first) await refuse(services, account, 'locked');
    throw new TooManyRequests('too many refused sign ins: wait as Retry-After says', quota.reset);
  }
  const right = await isPassword(account?.passwordHash, asked.password);
  const factor = account && factorOf(services, account, asked.code);
  if (account === undefined || !right || factor === undefined || !mayBeUsed(account, services.clock())) {
    await refuse(services, account, 'refused');
    throw refusal();
  }
  const newHash = account.passwordDue ? await changedPassword(account, asked) : undefined;
  const signedIn = await services.database.transaction(async (unit) => {
    const row = await lockById(unit, AdminAccount, account.id, 'name');
    // Changed between the look and the lock, or its code was taken by another at this moment.
    if (row.passwordHash !== account.passwordHash || !spendFactor(row, factor)) throw refusal();
    if (newHash !== undefined) Object.assign(row, { passwordHash: newHash, passwordDue: false, passwordUntil: null });
    return beginSession(services, unit, row);
  });
  services.limiter.knew(name, address);
  return signedIn;
}

async function findAccount({ database }: Services, name: string): Promise<AdminAccount | undefined> {
  return isAccountName(name) ? ((await database.em().findOne(AdminAccount, { name })) ?? undefined) : undefined;
}

const refusal = () => unauthenticated('name, password or code: one of them is not right');

const mayBeUsed = ({ state, passwordUntil }: AdminAccount, now: Date): boolean =>
  state === 'ACTIVE' && (passwordUntil == null || now < passwordUntil);

/** @throws DomainError at `newPassword`: only who knew the password is told that it is due */
async function changedPassword(account: AdminAccount, { password, newPassword }: SignIn): Promise<string> {
  if (newPassword === undefined || newPassword === '')
    throw conflict('newPassword', 'this password was given to you by another: choose one of your own');
  const problem = newPassword === password ? 'must be another than the one you have' : undefined;
  const wrong = problem ?? passwordProblem(newPassword, account.name);
  if (wrong !== undefined) throw invalid('newPassword', wrong);
  return hashPassword(newPassword);
}

async function beginSession({ clock }: Services, unit: Unit, account: AdminAccount): Promise<SignedIn> {
  const createdAt = clock();
  const { token, tokenHash } = newSessionToken();
  const expiresAt = new Date(createdAt.getTime() + SESSION_MS);
  account.signedInAt = createdAt;
  await unit.em.flush();
  await insertSession(unit, { tokenHash, accountId: account.id, createdAt, expiresAt });
  const { name, role } = account;
  const subject = `${LOCAL}${name}`;
  const change: ChangeRecord = { action: 'signIn', targetType: 'AdminAccount', targetId: name };
  await recordAdminAction(unit, { subject, role }, change, createdAt);
  return { token, subject, role, expiresAt };
}

/** Who tried is not known; a name that is none may be a password in the wrong field, and is not kept. */
async function refuse(
  { database, clock }: Services,
  account: AdminAccount | undefined,
  why: 'refused' | 'locked',
): Promise<void> {
  const targetId = account?.name ?? 'unknown';
  const change = { action: 'signInRefused', targetType: 'AdminAccount', targetId, after: { why } };
  await database.transaction((unit) =>
    recordAdminAction(unit, { subject: 'anonymous', role: 'NONE' }, change, clock()),
  );
}
