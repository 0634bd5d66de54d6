/**
 * The life of an administrator's account, in the hands of another: made, reset, given another role, disabled. With four
 * eyes, what would let somebody act as a second person waits for another's approval.
 */
import { hashPassword, readableSecret } from '../../access/password.js';
import type { Admin } from '../../access/principal.js';
import { AdminAccount } from '../../entities/admins/admin-account.entity.js';
import { endSessionsOf, LOCAL } from '../../entities/admins/admin-session.repository.js';
import { addRow, type Unit } from '../../entities/database/database.js';
import type { Role } from '../../protocol/vocabulary.js';
import { changeAsAdmin } from '../admin-change.js';
import { snapshot } from '../audited.js';
import { conflict, forbidden, invalid } from '../errors.js';
import { approve, countChange, propose } from '../four-eyes.js';
import { lockRow } from '../locked-row.js';
import type { Services } from '../services.js';

/** An account and the password for its first sign in, told this once. */
export interface AccountWithPassword {
  account: AdminAccount;
  oneTimePassword: string;
}

const ONE_TIME_MS = 7 * 24 * 60 * 60_000;
const NAME = /^[a-z0-9][a-z0-9._@+-]{1,99}$/;

/** As it is kept: people write their names in any case. */
export const accountName = (text: string): string => text.trim().toLowerCase();

export const isAccountName = (name: string): boolean => NAME.test(name);

export async function createAdminAccount(
  services: Services,
  admin: Admin,
  input: { name: string; role: Role },
): Promise<AccountWithPassword> {
  const name = accountName(input.name);
  if (!isAccountName(name)) throw invalid('name', 'use 2 to 100 letters, digits, ".", "_", "-", "@" and "+"');
  const { oneTimePassword, ...password } = await newPassword(services);
  return changeAsAdmin(services, admin, async ({ em }) => {
    if ((await em.count(AdminAccount, { name })) > 0) throw conflict('name', 'an account with this name exists');
    const made = { name, role: input.role, createdBy: admin.subject, createdAt: services.clock() };
    const account = addRow(em, AdminAccount, { ...made, ...password });
    if (needsApproval(services, admin)) propose(account, admin);
    await em.flush();
    const after = snapshot('AdminAccount', account);
    return {
      result: { account, oneTimePassword },
      change: { action: 'createAdminAccount', targetType: 'AdminAccount', targetId: name, after },
    };
  });
}

/** For an administrator who lost password or telephone: another password, no second factor, no session. */
export async function resetAdminAccount(
  services: Services,
  admin: Admin,
  name: string,
  reason: string,
): Promise<AccountWithPassword> {
  const { oneTimePassword, ...password } = await newPassword(services);
  const account = await changeAccount(services, admin, { action: 'resetAdminAccount', name, reason }, (found) => {
    Object.assign(found, password, { totpSealed: null, totpConfirmed: false, recoveryCodes: [] });
    return { widens: true, ends: true };
  });
  return { account, oneTimePassword };
}

/** Who is signed in has the new role from the next question on. */
export const changeAdminRole = (services: Services, admin: Admin, name: string, role: Role): Promise<AdminAccount> =>
  changeAccount(services, admin, { action: 'changeAdminRole', name }, (account) => {
    account.role = role;
    return { widens: true };
  });

export const disableAdminAccount = (
  services: Services,
  admin: Admin,
  name: string,
  reason: string,
): Promise<AdminAccount> =>
  changeAccount(services, admin, { action: 'disableAdminAccount', name, reason }, (account) => {
    if (account.state === 'DISABLED') throw conflict('name', 'this account is disabled already');
    account.state = 'DISABLED';
    return { ends: true };
  });

/** What was proposed before or meanwhile still waits for approval. */
export const enableAdminAccount = (services: Services, admin: Admin, name: string): Promise<AdminAccount> =>
  changeAccount(services, admin, { action: 'enableAdminAccount', name }, (account) => {
    if (account.state !== 'DISABLED') throw conflict('name', 'this account is not disabled');
    account.state = account.proposedBy.length > 0 ? 'PENDING' : 'ACTIVE';
  });

/** @param version that the administrator looked at */
export const approveAdminAccount = (
  services: Services,
  admin: Admin,
  name: string,
  version?: number | null,
): Promise<AdminAccount> =>
  changeAccount(services, admin, { action: 'approveAdminAccount', name }, (account) => {
    if (account.state !== 'PENDING')
      throw conflict('name', `the account is ${account.state}: only a PENDING one can be approved`);
    approve(account, admin, services.settings.fourEyes, version);
    account.state = 'ACTIVE';
  });

async function changeAccount(
  services: Services,
  admin: Admin,
  { action, name, reason }: { action: string; name: string; reason?: string },
  change: (account: AdminAccount) => { widens?: true; ends?: true } | void,
): Promise<AdminAccount> {
  if (admin.subject === `${LOCAL}${accountName(name)}`)
    throw forbidden('this is your own account: another administrator must do that');
  return changeAsAdmin(services, admin, async (unit: Unit) => {
    const account = await lockRow(unit, AdminAccount, { name: accountName(name) }, 'name');
    const before = snapshot('AdminAccount', account);
    const { widens = false, ends = false } = change(account) ?? {};
    countChange(account, admin, { widens, fourEyes: needsApproval(services, admin) });
    if (ends) await endSessionsOf(unit, account.id);
    const after = snapshot('AdminAccount', account);
    return {
      result: account,
      change: { action, targetType: 'AdminAccount', targetId: account.name, reason, before, after },
    };
  });
}

/** Who works at the gateway's own machine has its database and its keys, and makes the first account. */
const needsApproval = ({ settings }: Services, admin: Admin): boolean =>
  settings.fourEyes && !admin.subject.startsWith('cli:');

async function newPassword({ clock }: Services) {
  const oneTimePassword = readableSecret(5);
  const passwordHash = await hashPassword(oneTimePassword);
  const passwordUntil = new Date(clock().getTime() + ONE_TIME_MS);
  return { oneTimePassword, passwordHash, passwordUntil, passwordDue: true };
}
