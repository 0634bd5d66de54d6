import { Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ResultOf } from '../graphql/graphql.js';
import { ADMINS } from '../session/me.js';
import { ActionButton } from '../shared/action-button.js';
import { ACTIVATE_SERVER_KEY, RETIRE_SERVER_KEY, REVOKE_SERVER_KEY, type SERVER_KEYS } from './server-keys.document.js';

type ServerKey = ResultOf<typeof SERVER_KEYS>['serverKeys'][number];

/** What may follow a state: NEXT → ACTIVE → RETIRED, and REVOKED from anywhere but for the key that signs now. */
export function KeyActions({ kid, state, use }: ServerKey) {
  const { t } = useTranslation();
  const common = { variables: { kid }, roles: ADMINS, size: 'compact-xs' } as const;
  if (state === 'REVOKED') return null;
  return (
    <Group gap={6} wrap="nowrap">
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
        disabledBecause={state === 'ACTIVE' && use === 'SIG' ? t('serverKeys.signsNow') : undefined}
        document={REVOKE_SERVER_KEY}
        label={t('action.revoke')}
        done={t('serverKeys.revoked')}
        confirm={{ title: t('serverKeys.revoke'), text: t('serverKeys.revokeText'), danger: true }}
      />
    </Group>
  );
}
