import { Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ADMINS } from '../session/me.js';
import { ActionButton } from '../shared/action-button.js';
import { ReplaceSigner } from './replace-signer.js';
import type { ServerKey } from './server-key.types.js';
import { ACTIVATE_SERVER_KEY, RETIRE_SERVER_KEY, REVOKE_SERVER_KEY } from './server-keys.document.js';

interface KeyActionsProps extends Pick<ServerKey, 'kid' | 'state' | 'use'> {
  /** A signing key that could be activated. */
  next: string | undefined;
}

/** What may follow a state: NEXT → ACTIVE → RETIRED, and REVOKED from anywhere but for the key that signs now. */
export function KeyActions({ kid, state, use, next }: KeyActionsProps) {
  const { t } = useTranslation();
  const common = { variables: { kid }, roles: ADMINS, size: 'compact-xs' } as const;
  if (state === 'REVOKED') return null;
  if (state === 'ACTIVE' && use === 'SIG') return <ReplaceSigner next={next} />;
  return (
    <Group gap={6}>
      {state === 'NEXT' && (
        <ActionButton
          {...common}
          document={ACTIVATE_SERVER_KEY}
          label={t('action.activate')}
          done={t('serverKeys.activated')}
          confirm={{ title: t('serverKeys.activate'), text: t('serverKeys.activateText') }}
        />
      )}
      {state === 'NEXT' && (
        <ActionButton
          {...common}
          document={RETIRE_SERVER_KEY}
          label={t('serverKeys.retire')}
          done={t('serverKeys.retired')}
        />
      )}
      <ActionButton
        {...common}
        document={REVOKE_SERVER_KEY}
        label={t('action.revoke')}
        done={t('serverKeys.revoked')}
        confirm={{
          title: t('serverKeys.revoke'),
          text: t(state === 'ACTIVE' ? 'serverKeys.revokeDecryptsText' : 'serverKeys.revokeText'),
          danger: true,
        }}
      />
    </Group>
  );
}
