import { Anchor, Drawer, Group, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { CodeText } from '../shared/code-text.js';
import { Facts } from '../shared/facts.js';
import { JsonView } from '../shared/json-view.js';
import { StateBadge } from '../shared/state-badge.js';
import { Time } from '../shared/time.js';
import { SendTest } from './send-test.js';
import { SubscriptionActions } from './subscription-actions.js';
import type { SubscriptionRow } from './subscription.types.js';

export function SubscriptionDrawer({ subscription, onClose }: { subscription: SubscriptionRow; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="lg"
      title={subscription.code}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <Stack>
        <Group justify="space-between">
          <StateBadge state={subscription.state} />
          <SubscriptionActions {...subscription} />
        </Group>
        <Facts
          items={[
            [t('field.sender'), subscription.senderId],
            [t('field.registry'), t(`registry.${subscription.registry}`)],
            [t('field.eventType'), subscription.eventType],
            [t('field.recordType'), subscription.recordType],
            [t('field.target'), <CodeText key="target" text={subscription.target} />],
            [t('field.statusReason'), subscription.stateReason],
            [t('field.activeSince'), <Time key="active" value={subscription.activeSince} />],
            [t('field.failingSince'), <Time key="failing" value={subscription.failingSince} />],
            [t('field.expiresAt'), <Time key="expires" value={subscription.expiresAt} />],
            [t('field.approvedBy'), subscription.approvedBy],
            [
              t('field.frequency'),
              subscription.frequency === null ? null : (
                <CodeText key="frequency" text={JSON.stringify(subscription.frequency)} />
              ),
            ],
          ]}
        />
        {subscription.filter !== null && <JsonView value={subscription.filter} label={t('field.filter')} />}
        <SendTest {...subscription} />
        <Anchor component={Link} to={`/deliveries?subscriptionCode=${encodeURIComponent(subscription.code)}`} size="sm">
          {t('subscriptions.itsDeliveries')}
        </Anchor>
      </Stack>
    </Drawer>
  );
}
