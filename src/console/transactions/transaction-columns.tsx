import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ResultOf } from '../graphql/graphql.js';
import type { Column } from '../shared/connection-table.js';
import { formatMs } from '../shared/duration.js';
import { Time } from '../shared/time.js';
import { useChannel } from './channel.js';
import { Outcome } from './outcome.js';
import type { TRANSACTION_ROW } from './transactions.document.js';

export type TransactionRow = ResultOf<typeof TRANSACTION_ROW>;

export function useTransactionColumns(): Column<TransactionRow>[] {
  const { t } = useTranslation();
  const channelOf = useChannel();
  return [
    { header: t('field.receivedAt'), cell: ({ receivedAt }) => <Time value={receivedAt} /> },
    {
      header: t('field.sender'),
      cell: ({ sender }) =>
        sender?.senderId ?? (
          <Text span inherit c="dimmed">
            {t('transactions.unknown')}
          </Text>
        ),
    },
    { header: t('field.operation'), cell: ({ operation }) => (operation == null ? '—' : t(`operation.${operation}`)) },
    { header: t('field.registry'), cell: ({ registry }) => (registry == null ? '—' : t(`registry.${registry}`)) },
    { header: t('field.channel'), cell: ({ channel }) => channelOf(channel) },
    { header: t('field.status'), cell: (row) => <Outcome {...row} /> },
    { header: t('field.records'), align: 'right', cell: ({ recordCount }) => recordCount },
    { header: t('field.duration'), align: 'right', cell: ({ durationMs }) => formatMs(durationMs) },
  ];
}
