import { Anchor, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { formatMs } from '../shared/duration.js';
import { Facts } from '../shared/facts.js';
import { Section } from '../shared/section.js';
import { Time } from '../shared/time.js';
import { Outcome } from '../transactions/outcome.js';
import type { LastCall } from './sender.types.js';

/** When it was last heard of, what it asked, and what came of it. */
export function LastCallSection({ call }: { call: LastCall | undefined }) {
  const { t } = useTranslation();
  if (call === undefined)
    return (
      <Section title={t('senders.lastCall')}>
        <Text size="sm" c="dimmed">
          {t('senders.noCall')}
        </Text>
      </Section>
    );
  const { operation, registry } = call;
  return (
    <Section
      title={t('senders.lastCall')}
      actions={
        <Anchor component={Link} to={`/transactions/${call.id}`} size="sm">
          {t('onboarding.look')}
        </Anchor>
      }
    >
      <Facts
        items={[
          [t('field.receivedAt'), <Time key="at" value={call.receivedAt} />],
          [t('field.operation'), operation && t(`operation.${operation}`)],
          [t('field.registry'), registry && t(`registry.${registry}`)],
          [t('field.status'), <Outcome key="outcome" {...call} />],
          [t('field.duration'), formatMs(call.durationMs)],
        ]}
      />
    </Section>
  );
}
