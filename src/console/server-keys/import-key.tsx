import { Button, Modal, Select, Stack, Text, Textarea } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { ADMINS, useMay } from '../session/me.js';
import { useUnsaved } from '../shared/unsaved.js';
import { useMutationNotice } from '../shared/use-mutation-notice.js';
import { IMPORT_SERVER_KEY } from './server-keys.document.js';

type Use = 'SIG' | 'ENC';

export function ImportKey() {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  if (!useMay(ADMINS)) return null;
  return (
    <>
      <Button variant="default" onClick={open}>
        {t('serverKeys.import')}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={t('serverKeys.import')}
        size="lg"
        closeButtonProps={{ 'aria-label': t('action.close') }}
      >
        <ImportForm onDone={close} />
      </Modal>
    </>
  );
}

function ImportForm({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const [privateKeyPem, setPem] = useState('');
  const [use, setUse] = useState<Use>('SIG');
  useUnsaved(() => privateKeyPem !== '');
  const [busy, send] = useMutationNotice(IMPORT_SERVER_KEY);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const { error } = await send({ privateKeyPem, use }, t('serverKeys.imported'));
    if (error === undefined) onDone();
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <Text size="sm">{t('serverKeys.importText')}</Text>
        <Select
          label={t('field.use')}
          data={(['SIG', 'ENC'] as const).map((value) => ({ value, label: t(`keyUse.${value}`) }))}
          allowDeselect={false}
          value={use}
          onChange={(value) => setUse(value ?? 'SIG')}
        />
        <Textarea
          label={t('serverKeys.privateKey')}
          required
          autosize
          minRows={5}
          maxRows={12}
          classNames={{ input: 'mono' }}
          value={privateKeyPem}
          onChange={(event) => setPem(event.currentTarget.value)}
        />
        <Button type="submit" loading={busy}>
          {t('serverKeys.import')}
        </Button>
      </Stack>
    </form>
  );
}
