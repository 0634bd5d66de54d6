import { Group } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ADMINS, useMe } from '../session/me.js';
import { ActionButton } from '../shared/action-button.js';
import type { Account } from './account.types.js';
import {
  APPROVE_ADMIN_ACCOUNT,
  DISABLE_ADMIN_ACCOUNT,
  ENABLE_ADMIN_ACCOUNT,
  RESET_ADMIN_ACCOUNT,
} from './accounts.document.js';
import { ChangeRole } from './change-role.js';
import { OneTimePassword, type GivenPassword } from './one-time-password.js';

/** Of another's account; what one may do with one's own stands above. */
export function AccountActions({ name, subject, role, state, version, proposedBy }: Account) {
  const { t } = useTranslation();
  const me = useMe();
  const [given, setGiven] = useState<GivenPassword>();
  if (subject === me.subject) return t('accounts.yours');
  const common = { roles: ADMINS, size: 'compact-xs' } as const;
  return (
    <Group gap={6}>
      {state === 'PENDING' && (
        <ActionButton
          {...common}
          document={APPROVE_ADMIN_ACCOUNT}
          variables={{ name, version }}
          label={t('action.approve')}
          done={t('accounts.approved')}
          disabledBecause={proposedBy.includes(me.subject) ? t('accounts.anotherApproves') : undefined}
        />
      )}
      <ChangeRole name={name} role={role} />
      <ActionButton
        {...common}
        document={RESET_ADMIN_ACCOUNT}
        variables={(reason) => ({ name, reason })}
        label={t('accounts.reset')}
        confirm={{ title: t('accounts.resetTitle', { name }), text: t('accounts.resetText'), reason: 'required' }}
        onDone={({ resetAdminAccount: { oneTimePassword, account } }) => setGiven({ oneTimePassword, ...account })}
      />
      {state === 'DISABLED' ? (
        <ActionButton
          {...common}
          document={ENABLE_ADMIN_ACCOUNT}
          variables={{ name }}
          label={t('accounts.enable')}
          done={t('accounts.enabled')}
        />
      ) : (
        <ActionButton
          {...common}
          document={DISABLE_ADMIN_ACCOUNT}
          variables={(reason) => ({ name, reason })}
          label={t('accounts.disable')}
          done={t('accounts.disabled')}
          confirm={{
            title: t('accounts.disableTitle', { name }),
            text: t('accounts.disableText'),
            reason: 'required',
            danger: true,
          }}
        />
      )}
      <OneTimePassword given={given} onClose={() => setGiven(undefined)} />
    </Group>
  );
}
