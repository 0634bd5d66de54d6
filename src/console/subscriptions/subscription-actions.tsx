import { Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { RUNNERS } from '../session/me.js';
import { ActionButton } from '../shared/action-button.js';
import {
  APPROVE_SUBSCRIPTION,
  CANCEL_SUBSCRIPTION,
  PAUSE_SUBSCRIPTION,
  RESUME_SUBSCRIPTION,
} from './subscriptions.document.js';
import type { SubscriptionRow } from './subscription.types.js';

const LIVE = new Set(['PENDING', 'ACTIVE', 'PAUSED', 'SUSPENDED']);

/** What may follow a state; the buttons stand in a row that itself opens, so clicks end here. */
export function SubscriptionActions({ id, state }: Pick<SubscriptionRow, 'id' | 'state'>) {
  const { t } = useTranslation();
  const common = { roles: RUNNERS, size: 'compact-xs' } as const;
  return (
    <Group gap={6} wrap="nowrap" onClick={(event) => event.stopPropagation()}>
      {state === 'PENDING' && (
        <ActionButton
          {...common}
          document={APPROVE_SUBSCRIPTION}
          variables={{ id }}
          label={t('action.approve')}
          done={t('subscriptions.approved')}
          variant="filled"
        />
      )}
      {state === 'ACTIVE' && (
        <ActionButton
          {...common}
          document={PAUSE_SUBSCRIPTION}
          variables={(reason) => ({ id, reason })}
          label={t('subscriptions.pause')}
          done={t('subscriptions.paused')}
          confirm={{ title: t('subscriptions.pause'), text: t('subscriptions.pauseText'), reason: 'optional' }}
        />
      )}
      {(state === 'PAUSED' || state === 'SUSPENDED') && (
        <ActionButton
          {...common}
          document={RESUME_SUBSCRIPTION}
          variables={{ id }}
          label={t('subscriptions.resume')}
          done={t('subscriptions.resumed')}
        />
      )}
      {LIVE.has(state) && (
        <ActionButton
          {...common}
          document={CANCEL_SUBSCRIPTION}
          variables={(reason) => ({ id, reason })}
          label={t('action.end')}
          done={t('subscriptions.cancelled')}
          confirm={{
            title: t('subscriptions.cancel'),
            text: t('subscriptions.cancelText'),
            reason: 'optional',
            danger: true,
          }}
        />
      )}
    </Group>
  );
}
