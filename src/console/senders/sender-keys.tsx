import { Group, Stack, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ADMINS, useMay } from '../session/me.js';
import { ActionButton } from '../shared/action-button.js';
import { CodeText } from '../shared/code-text.js';
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
    <Table.ScrollContainer minWidth={640}>
      <Table aria-label={t('senders.keys')}>
        <Table.Thead>
          <Table.Tr>
            {(['kid', 'use', 'algorithm', 'fingerprint', 'origin', 'createdAt', 'state'] as const).map((name) => (
              <Table.Th key={name} scope="col">
                {t(`field.${name}`)}
              </Table.Th>
            ))}
            <Table.Th scope="col">{t('field.actions')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {keys.map((key) => (
            <KeyRow key={key.id} senderId={senderId} senderKey={key} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function KeyRow({ senderId, senderKey: key }: { senderId: string; senderKey: SenderKey }) {
  const { t } = useTranslation();
  return (
    <Table.Tr>
      <Table.Td>{key.kid}</Table.Td>
      <Table.Td>{t(`keyUse.${key.use}`)}</Table.Td>
      <Table.Td>{key.algorithm}</Table.Td>
      <Table.Td maw={280}>
        <CodeText text={key.fingerprint} />
      </Table.Td>
      <Table.Td>{key.origin}</Table.Td>
      <Table.Td>
        <Time value={key.createdAt} />
      </Table.Td>
      <Table.Td>
        <StateBadge state={key.revokedAt === null ? 'ACTIVE' : 'REVOKED'} />
      </Table.Td>
      <Table.Td>
        {key.revokedAt === null && (
          <ActionButton
            document={REVOKE_SENDER_KEY}
            variables={{ senderId, kid: key.kid }}
            label={t('action.revoke')}
            done={t('senders.keyRevoked')}
            roles={ADMINS}
            size="compact-xs"
            confirm={{
              title: t('senders.revokeKey', { kid: key.kid }),
              text: t('senders.revokeKeyText'),
              danger: true,
            }}
          />
        )}
      </Table.Td>
    </Table.Tr>
  );
}
