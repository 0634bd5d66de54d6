import { Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ADMINS, useMay } from '../session/me.js';
import { ActionButton } from '../shared/action-button.js';
import { CodeText } from '../shared/code-text.js';
import { DataTable } from '../shared/data-table.js';
import { Empty } from '../shared/empty.js';
import { StateBadge } from '../shared/state-badge.js';
import { Time } from '../shared/time.js';
import { AddKey } from './add-key.js';
import { CompareFingerprint } from './compare-fingerprint.js';
import type { SenderKey } from './sender.types.js';
import { FETCH_SENDER_KEYS, REVOKE_SENDER_KEY } from './senders.document.js';

interface SenderKeysProps {
  sender: { senderId: string; jwksUrl: string | null; keys: SenderKey[] };
}

export function SenderKeys({ sender: { senderId, jwksUrl, keys } }: SenderKeysProps) {
  const { t } = useTranslation();
  const admin = useMay(ADMINS);
  return (
    <Stack>
      {keys.length === 0 ? (
        <Empty title={t('senders.noKeys')} hint={t('senders.noKeysHint')} />
      ) : (
        <KeyTable senderId={senderId} keys={keys} />
      )}
      {keys.length > 0 && <CompareFingerprint keys={keys} />}
      {jwksUrl !== null && (
        <Group gap="sm">
          <ActionButton
            document={FETCH_SENDER_KEYS}
            variables={{ senderId }}
            label={t('senders.fetchKeys')}
            done={t('senders.fetched')}
            roles={ADMINS}
          />
          <Text size="sm" c="dimmed" className="wrap-anywhere">
            {jwksUrl}
          </Text>
        </Group>
      )}
      {admin && <AddKey senderId={senderId} />}
    </Stack>
  );
}

function KeyTable({ senderId, keys }: { senderId: string; keys: SenderKey[] }) {
  const { t } = useTranslation();
  return (
    <DataTable
      label={t('senders.keys')}
      rows={keys}
      idOf={({ id }) => id}
      columns={[
        { header: t('field.kid'), cell: ({ kid }) => kid },
        { header: t('field.use'), cell: ({ use }) => t(`keyUse.${use}`) },
        { header: t('field.algorithm'), cell: ({ algorithm }) => algorithm },
        { header: t('field.fingerprint'), cell: ({ fingerprint }) => <CodeText text={fingerprint} /> },
        { header: t('field.origin'), cell: ({ origin }) => origin },
        { header: t('field.createdAt'), cell: ({ createdAt }) => <Time value={createdAt} /> },
        {
          header: t('field.state'),
          cell: ({ revokedAt }) => <StateBadge state={revokedAt === null ? 'ACTIVE' : 'REVOKED'} />,
        },
        { header: t('field.actions'), cell: (key) => <RevokeKey senderId={senderId} senderKey={key} /> },
      ]}
    />
  );
}

function RevokeKey({ senderId, senderKey: { kid, revokedAt } }: { senderId: string; senderKey: SenderKey }) {
  const { t } = useTranslation();
  if (revokedAt !== null) return null;
  return (
    <ActionButton
      document={REVOKE_SENDER_KEY}
      variables={{ senderId, kid }}
      label={t('action.revoke')}
      done={t('senders.keyRevoked')}
      roles={ADMINS}
      size="compact-xs"
      confirm={{ title: t('senders.revokeKey', { kid }), text: t('senders.revokeKeyText'), danger: true }}
    />
  );
}
