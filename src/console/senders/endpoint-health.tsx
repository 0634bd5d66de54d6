import { Anchor, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { DataTable } from '../shared/data-table.js';
import { useNumbers } from '../shared/numbers.js';
import { said } from '../shared/said.js';
import { Section } from '../shared/section.js';
import { StateBadge } from '../shared/state-badge.js';
import { Time } from '../shared/time.js';
import type { EndpointTrouble, Sender } from './sender.types.js';

const isResting = ({ restsUntil }: EndpointTrouble): boolean =>
  restsUntil !== null && Date.parse(restsUntil) > Date.now();

/** Whether what we owe it arrives: its endpoints that fail, why, and what waits for them. */
export function EndpointHealth(sender: Pick<Sender, 'senderId' | 'troubledEndpoints' | 'waitingDeliveries'>) {
  const { t } = useTranslation();
  const { count } = useNumbers();
  const { senderId, troubledEndpoints, waitingDeliveries } = sender;
  return (
    <Section
      title={t('senders.endpoint')}
      actions={
        <Anchor component={Link} to={`/deliveries?senderId=${encodeURIComponent(senderId)}&state=PENDING`} size="sm">
          {t('senders.waiting', { count: waitingDeliveries, number: count(waitingDeliveries) })}
        </Anchor>
      }
    >
      {troubledEndpoints.length === 0 ? (
        <Group gap="xs">
          <StateBadge state="WELL" />
          <Text size="sm">{t('senders.endpointWell')}</Text>
        </Group>
      ) : (
        <>
          <DataTable
            label={t('senders.endpoint')}
            rows={troubledEndpoints}
            idOf={({ endpoint }) => endpoint}
            columns={[
              { header: t('field.target'), cell: ({ endpoint }) => <span className="wrap-anywhere">{endpoint}</span> },
              {
                header: t('field.state'),
                cell: (row) => <StateBadge state={isResting(row) ? 'RESTING' : 'FAILING'} />,
              },
              {
                header: t('senders.restsUntil'),
                cell: (row) => (isResting(row) ? <Time value={row.restsUntil} /> : null),
              },
              { header: t('senders.failures'), align: 'right', cell: ({ failures }) => count(failures) },
              { header: t('field.failingSince'), cell: ({ failingSince }) => <Time value={failingSince} /> },
              { header: t('senders.lastError'), cell: ({ reason }) => said(reason) },
              { header: t('senders.waitingHere'), align: 'right', cell: ({ waiting }) => count(waiting) },
            ]}
          />
          <Text size="sm" c="dimmed" mt="xs">
            {t('senders.retryAsks')}
          </Text>
        </>
      )}
    </Section>
  );
}
