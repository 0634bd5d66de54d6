import { Alert, Anchor, Group, Stack, Text } from '@mantine/core';
import { IconAntenna, IconCircleCheck } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useLive } from '../graphql/use-live.js';
import { CopyBlock } from '../shared/copy-block.js';
import { LiveBadge } from '../shared/live-badge.js';
import { StateBadge } from '../shared/state-badge.js';
import { TRANSACTION_CHANGED } from '../transactions/transactions.document.js';
import type { TransactionRow } from '../transactions/transaction-columns.js';
import type { Sender } from './sender.types.js';
import { checkCommand, curlCall, npxCall, REGISTRY_PATHS, type CallTarget } from './call-commands.js';

interface FirstCallProps {
  sender: Pick<
    Sender,
    'senderId' | 'clientId' | 'registries' | 'signaturePolicy' | 'signatureProfile' | 'keys' | 'notifyUri'
  >;
  clientSecret?: string | undefined;
}

/** The commands to try, and the partner's call as it arrives. */
export function FirstCall({ sender, clientSecret }: FirstCallProps) {
  const { t } = useTranslation();
  const target: CallTarget = {
    origin: location.origin,
    senderId: sender.senderId,
    clientId: sender.clientId,
    clientSecret,
    registryPath: REGISTRY_PATHS[sender.registries[0] ?? 'SOCIAL'],
    profile: sender.signatureProfile,
    kid: sender.keys.find(({ use, revokedAt }) => use === 'SIG' && revokedAt === null)?.kid ?? 'key-1',
    mayLeaveUnsigned: sender.signaturePolicy === 'OPTIONAL',
  };
  const curl = curlCall(target);
  return (
    <Stack>
      <Text size="sm">{t('onboarding.callHint')}</Text>
      <CopyBlock label={t('onboarding.withNpx')} text={npxCall(target)} />
      {curl !== undefined && <CopyBlock label={t('onboarding.withCurl')} text={curl} />}
      {sender.notifyUri !== null && (
        <CopyBlock label={t('onboarding.checkEndpoint')} text={checkCommand(target, sender.notifyUri)} />
      )}
      <Arrivals senderId={sender.senderId} />
    </Stack>
  );
}

function Arrivals({ senderId }: { senderId: string }) {
  const { t } = useTranslation();
  const [call, setCall] = useState<TransactionRow>();
  const state = useLive(
    TRANSACTION_CHANGED,
    { filter: { senderId } },
    {
      onEvent: ({ transactionChanged }) => setCall(transactionChanged.transaction),
      cursorOf: ({ transactionChanged }) => transactionChanged.cursor,
    },
  );
  return (
    <Alert
      color={call?.status === 'SUCCEEDED' ? 'teal' : 'gray'}
      icon={call === undefined ? <IconAntenna /> : <IconCircleCheck />}
      role="status"
    >
      <Group justify="space-between">
        {call === undefined ? (
          <Text size="sm">{t('onboarding.waiting')}</Text>
        ) : (
          <Group gap="xs">
            <Text size="sm">
              {t('onboarding.arrived', { operation: call.operation === null ? '—' : t(`operation.${call.operation}`) })}
            </Text>
            <StateBadge state={call.status} />
            <Anchor component={Link} to={`/transactions/${call.id}`} size="sm">
              {t('onboarding.look')}
            </Anchor>
          </Group>
        )}
        <LiveBadge state={state} />
      </Group>
    </Alert>
  );
}
