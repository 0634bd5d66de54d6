import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { RUNNERS } from '../session/me.js';
import { ActionButton } from '../shared/action-button.js';
import type { SubscriptionRow } from './subscription.types.js';
import { SEND_TEST_NOTIFICATION } from './subscriptions.document.js';

/** Tries the receiver, and shows how that goes. */
export function SendTest({ id, state }: Pick<SubscriptionRow, 'id' | 'state'>) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return (
    <ActionButton
      document={SEND_TEST_NOTIFICATION}
      variables={{ id }}
      label={t('subscriptions.sendTest')}
      done={t('subscriptions.testSent')}
      roles={RUNNERS}
      disabledBecause={state === 'ACTIVE' ? undefined : t('subscriptions.testNotActive')}
      confirm={{ title: t('subscriptions.sendTest'), text: t('subscriptions.sendTestText') }}
      onDone={({ sendTestNotification }) => void navigate(`/deliveries/${sendTestNotification.id}`)}
    />
  );
}
