import { Anchor, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { CodeText } from '../shared/code-text.js';
import { said } from '../shared/said.js';
import { StateReason } from './state-reason.js';
import type { DeliveryRow, Waiting } from './delivery.types.js';
import { useWaitingText } from './use-waiting-text.js';

/** In a list: why it has not gone yet, and what its last attempt failed of. */
export function Held({ waiting, ...why }: Pick<DeliveryRow, 'waiting' | 'stateReason' | 'withheld'>) {
  const textOf = useWaitingText();
  if (waiting === null && why.stateReason === null) return '—';
  return (
    <Stack gap={0} maw={340}>
      {waiting !== null && (
        <Text size="sm" className="wrap-anywhere">
          {textOf(waiting)}
        </Text>
      )}
      {why.stateReason !== null && (
        <Text size="xs" c="dimmed" component="div">
          <StateReason {...why} />
        </Text>
      )}
    </Stack>
  );
}

interface WaitsForProps {
  waiting: Waiting;
  senderId: string | undefined;
  subscriptionCode: string | undefined;
}

/** On its page: the same, with the way to what has to change. */
export function WaitsFor({ waiting, senderId, subscriptionCode }: WaitsForProps) {
  const { t } = useTranslation();
  const textOf = useWaitingText();
  const { reason, problem, earlierId } = waiting;
  const links = {
    SENDER_NOT_ACTIVE: senderId && { to: `/senders/${senderId}`, label: t('deliveries.toSender') },
    SUBSCRIPTION_RESTS: subscriptionCode && {
      to: `/subscriptions?${new URLSearchParams({ code: subscriptionCode }).toString()}`,
      label: t('deliveries.toSubscription'),
    },
    ENDPOINT_RESTS: undefined,
    ENDPOINT_ON_TRIAL: undefined,
    EARLIER_ONE: earlierId && { to: `/deliveries/${earlierId}`, label: t('deliveries.toEarlier') },
    BEING_TRIED: undefined,
    NOT_DUE: undefined,
    WORKER: undefined,
  };
  const link = links[reason];
  return (
    <Stack gap={2}>
      <span>{textOf(waiting)}</span>
      {problem !== null && <CodeText text={said(problem)} />}
      {link && (
        <Anchor component={Link} to={link.to} size="sm">
          {link.label}
        </Anchor>
      )}
    </Stack>
  );
}
