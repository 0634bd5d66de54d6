import { Progress, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLive } from '../graphql/use-live.js';
import { DELIVERY_CHANGED } from './deliveries.document.js';

export interface ReplayProgressProps {
  count: number;
  senderId: string | undefined;
  /** The end of the live stream before the replay began. */
  after: string | undefined;
}

/** How far a replay has come, counted from the deliveries as they end. */
export function ReplayProgress({ count, senderId, after }: ReplayProgressProps) {
  const { t } = useTranslation();
  const [ended, setEnded] = useState<ReadonlyMap<string, boolean>>(new Map());
  useLive(
    DELIVERY_CHANGED,
    { filter: { senderId } },
    {
      onEvent: ({ deliveryChanged: { delivery } }) => {
        if (delivery.finishedAt !== null)
          setEnded((before) => new Map(before).set(delivery.id, delivery.state === 'DELIVERED'));
      },
      after,
      cursorOf: ({ deliveryChanged }) => deliveryChanged.cursor,
    },
  );
  const delivered = [...ended.values()].filter(Boolean).length;
  return (
    <Stack>
      <Text role="status">{t('deliveries.replaying', { count, delivered, failed: ended.size - delivered })}</Text>
      <Progress value={Math.min(100, (ended.size / count) * 100)} aria-label={t('deliveries.replay')} />
    </Stack>
  );
}
