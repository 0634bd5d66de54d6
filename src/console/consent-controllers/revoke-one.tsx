import { Button, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { FormActions } from '../shared/form-actions.js';
import { problemOf } from '../shared/problem.js';
import { useEditForm } from '../shared/use-edit-form.js';
import { useMutationNotice } from '../shared/use-mutation-notice.js';
import { REVOKE_MESSAGE_CONSENT } from './consent-controllers.document.js';

/** One consent of a controller, by the number that it gave it. */
export function RevokeOne({ controllerId }: { controllerId: string }) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  return (
    <>
      <Button size="compact-xs" variant="default" onClick={open}>
        {t('controllers.revokeOne')}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={t('controllers.revokeOne')}
        closeButtonProps={{ 'aria-label': t('action.close') }}
      >
        <RevokeForm controllerId={controllerId} onDone={close} />
      </Modal>
    </>
  );
}

function RevokeForm({ controllerId, onDone }: { controllerId: string; onDone: () => void }) {
  const { t } = useTranslation();
  const [busy, revoke] = useMutationNotice(REVOKE_MESSAGE_CONSENT);
  const form = useEditForm({
    initialValues: { jti: '', reason: '' },
    validate: { jti: (value) => (value.trim() === '' ? t('invalid.required') : null) },
  });
  const save = async ({ jti, reason }: typeof form.values): Promise<void> => {
    const variables = { controllerId, jti: jti.trim(), reason: reason.trim() || null };
    const { error } = await revoke(variables, t('consents.revoked'));
    if (error === undefined) onDone();
    else form.setFieldError('jti', problemOf(error).message);
  };
  return (
    <form onSubmit={form.onSubmit((values) => void save(values))}>
      <Stack>
        <Text size="sm">{t('controllers.revokeOneText')}</Text>
        <TextInput label={t('controllers.jti')} {...form.getInputProps('jti')} />
        <TextInput label={t('field.reason')} {...form.getInputProps('reason')} />
        <FormActions busy={busy} danger submit={t('action.revoke')} onCancel={onDone} />
      </Stack>
    </form>
  );
}
