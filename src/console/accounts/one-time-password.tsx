import { Alert, Button, Group, Modal, Stack } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { CopyBlock } from '../shared/copy-block.js';

export interface GivenPassword {
  name: string;
  state: string;
  oneTimePassword: string;
}

/** The one time that it is seen; only its hash is kept. */
export function OneTimePassword({ given, onClose }: { given: GivenPassword | undefined; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={given !== undefined}
      onClose={onClose}
      title={t('accounts.givenTitle', { name: given?.name })}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      {given !== undefined && (
        <Stack>
          <Alert color="yellow" icon={<IconAlertTriangle />}>
            {t(given.state === 'PENDING' ? 'accounts.givenPending' : 'accounts.given')}
          </Alert>
          <CopyBlock label={t('accounts.oneTimePassword')} text={given.oneTimePassword} />
        </Stack>
      )}
      <Group justify="flex-end" mt="md">
        <Button onClick={onClose}>{t('accounts.handedOver')}</Button>
      </Group>
    </Modal>
  );
}
