/** The second factor of one sign in: a code of the app, which works once, or a recovery code, which is used up. */
import { hashOfRecovery } from '../../access/second-factor.js';
import type { AdminAccount } from '../../entities/admins/admin-account.entity.js';
import type { Services } from '../services.js';

export type Factor = { none: true } | { step: number } | { recovery: string };

/** What a code proves; undefined where it proves nothing. Nothing is spent yet. */
export function factorOf(
  { secondFactors, clock }: Services,
  { id, totpConfirmed, totpSealed, totpStep, recoveryCodes }: AdminAccount,
  code = '',
): Factor | undefined {
  if (!totpConfirmed || totpSealed == null) return { none: true };
  const step = secondFactors.stepOf(id, totpSealed, code, clock());
  if (step !== undefined) return step > Number(totpStep) ? { step } : undefined;
  const recovery = hashOfRecovery(code);
  return recoveryCodes.includes(recovery) ? { recovery } : undefined;
}

/** On the locked row. @returns whether it was still to be had */
export function spendFactor(account: AdminAccount, factor: Factor): boolean {
  if ('none' in factor) return !account.totpConfirmed;
  if ('step' in factor) {
    const fresh = factor.step > Number(account.totpStep);
    if (fresh) account.totpStep = factor.step;
    return fresh;
  }
  const left = account.recoveryCodes.filter((hash) => hash !== factor.recovery);
  const had = left.length < account.recoveryCodes.length;
  account.recoveryCodes = left;
  return had;
}
