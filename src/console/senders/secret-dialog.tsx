import { Alert, Button, Group, Modal, Stack } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { CopyBlock } from '../shared/copy-block.js';

export interface ClientSecret {
  clientId: string;
  clientSecret: string;
}

/** The one time that a client secret is seen; only its hash is kept. */
export function SecretNotice({ clientId, clientSecret }: ClientSecret) {
  const { t } = useTranslation();
  return (
    <Stack>
      <Alert color="yellow" icon={<IconAlertTriangle />}>
        {t('senders.secretOnce')}
      </Alert>
      <CopyBlock label={t('field.clientId')} text={clientId} />
      <CopyBlock label={t('field.clientSecret')} text={clientSecret} />
    </Stack>
  );
}

export function SecretDialog({ secret, onClose }: { secret: ClientSecret | undefined; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={secret !== undefined}
      onClose={onClose}
      title={t('senders.newSecret')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      {secret !== undefined && <SecretNotice {...secret} />}
      <Group justify="flex-end" mt="md">
        <Button onClick={onClose}>{t('senders.secretStored')}</Button>
      </Group>
    </Modal>
  );
}
