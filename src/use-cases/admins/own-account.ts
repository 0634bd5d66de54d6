/** What an administrator does with the account that they are signed in with. */
import { hashPassword, isPassword, passwordProblem } from '../../access/password.js';
import type { Admin, LocalSession } from '../../access/principal.js';
import { makeRecoveryCodes } from '../../access/second-factor.js';
import { AdminAccount } from '../../entities/admins/admin-account.entity.js';
import { endSession, endSessionsOf } from '../../entities/admins/admin-session.repository.js';
import type { Unit } from '../../entities/database/database.js';
import { TooManyRequests } from '../../protocol/errors.js';
import { changeAsAdmin } from '../admin-change.js';
import { conflict, DomainError, invalid } from '../errors.js';
import { lockById } from '../locked-row.js';
import type { Services } from '../services.js';
import { factorOf, spendFactor } from './factor.js';

/** Every other session of the account ends. */
export async function changeMyPassword(
  services: Services,
  admin: Admin,
  current: string,
  replacement: string,
): Promise<boolean> {
  const session = localSession(admin);
  await provePassword(services, session, 'current', current);
  const passwordHash = await hashPassword(replacement);
  return changeOwn(services, admin, 'changeMyPassword', async (account, unit) => {
    const problem = current === replacement ? 'must be another than the one you have' : undefined;
    const wrong = problem ?? passwordProblem(replacement, account.name);
    if (wrong !== undefined) throw invalid('replacement', wrong);
    Object.assign(account, { passwordHash, passwordDue: false, passwordUntil: null });
    await endSessionsOf(unit, account.id, session.tokenHash);
    return true;
  });
}

export interface SecondFactorSetUp {
  secret: string;
  uri: string;
}

/** Asked for from the first code on, which shows that the app has the secret. */
export async function beginMySecondFactor(
  services: Services,
  admin: Admin,
  password: string,
): Promise<SecondFactorSetUp> {
  await provePassword(services, localSession(admin), 'password', password);
  return changeOwn(services, admin, 'beginMySecondFactor', async (account) => {
    if (account.totpConfirmed) throw conflict('password', 'you have a second factor: remove it first');
    const { sealed, secret, uri } = services.secondFactors.make(account.id, account.name);
    account.totpSealed = sealed;
    return { secret, uri };
  });
}

/** @returns recovery codes, told this once */
export function confirmMySecondFactor(services: Services, admin: Admin, code: string): Promise<string[]> {
  return changeOwn(services, admin, 'confirmMySecondFactor', async (account) => {
    if (account.totpSealed == null || account.totpConfirmed)
      throw conflict('code', 'there is no second factor to confirm: begin with its secret');
    const step = services.secondFactors.stepOf(account.id, account.totpSealed, code, services.clock());
    if (step === undefined) throw invalid('code', 'send the six digits that the app shows now');
    const { codes, hashes } = makeRecoveryCodes();
    Object.assign(account, { totpConfirmed: true, totpStep: step, recoveryCodes: hashes });
    return codes;
  });
}

export async function removeMySecondFactor(
  services: Services,
  admin: Admin,
  { password, code }: { password: string; code: string },
): Promise<boolean> {
  const refuse = () => invalid('code', 'send a code that was not used before');
  await provePassword(services, localSession(admin), 'password', password, (account) => {
    if (factorOf(services, account, code) === undefined) throw refuse();
  });
  return changeOwn(services, admin, 'removeMySecondFactor', async (account) => {
    const factor = factorOf(services, account, code);
    if (factor === undefined || 'none' in factor || !spendFactor(account, factor)) throw refuse();
    Object.assign(account, { totpSealed: null, totpConfirmed: false, recoveryCodes: [] });
    return true;
  });
}

export function signOut(services: Services, admin: Admin): Promise<boolean> {
  const { tokenHash } = localSession(admin);
  return changeOwn(services, admin, 'signOut', async (_account, unit) => {
    await endSession(unit, tokenHash);
    return true;
  });
}

/** @throws DomainError for who signed in another way */
function localSession({ session }: Admin): LocalSession {
  if (session === undefined)
    throw new DomainError('CONFLICT', 'you did not sign in with an account of this gateway: your issuer keeps yours');
  return session;
}

/** A session that was left open is no password: guessing is as slow as at the sign in. */
async function provePassword(
  { database, limiter }: Services,
  { accountId }: LocalSession,
  field: string,
  password: string,
  further: (account: AdminAccount) => void = () => {},
): Promise<void> {
  const account = await database.em().findOneOrFail(AdminAccount, { id: accountId });
  const from = `session of ${account.name}`;
  const quota = await limiter.guess(account.name, from);
  if (!quota.allowed) throw new TooManyRequests('too many wrong passwords: wait as Retry-After says', quota.reset);
  if (!(await isPassword(account.passwordHash, password))) throw invalid(field, 'this is not your password');
  further(account);
  limiter.knew(account.name, from);
}

function changeOwn<T>(
  services: Services,
  admin: Admin,
  action: string,
  change: (account: AdminAccount, unit: Unit) => Promise<T>,
): Promise<T> {
  const { accountId } = localSession(admin);
  return changeAsAdmin(services, admin, async (unit) => {
    const account = await lockById(unit, AdminAccount, accountId, 'account');
    const result = await change(account, unit);
    return { result, change: { action, targetType: 'AdminAccount', targetId: account.name } };
  });
}
