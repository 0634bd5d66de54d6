import { Alert, Button, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { ADMINS, useMay, useMe } from '../session/me.js';
import { FormActions } from '../shared/form-actions.js';
import { ReasonInput } from '../shared/reason-input.js';
import { showRefusal } from '../shared/show-refusal.js';
import { useEditForm } from '../shared/use-edit-form.js';
import { useMutationNotice } from '../shared/use-mutation-notice.js';
import { REVOKE_ADMIN_SESSIONS } from './audit.document.js';

interface EndValues {
  subject: string;
  reason: string;
}

/** For an administrator who has left, or whose token was lost; `subject` is proposed, and can be changed. */
export function EndSessions({ subject }: { subject: string }) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  if (!useMay(ADMINS)) return null;
  return (
    <>
      <Button variant="default" onClick={open}>
        {t('sessions.end')}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={t('sessions.title')}
        closeButtonProps={{ 'aria-label': t('action.close') }}
      >
        <EndForm subject={subject} onDone={close} />
      </Modal>
    </>
  );
}

function EndForm({ subject, onDone }: { subject: string; onDone: () => void }) {
  const { t } = useTranslation();
  const me = useMe();
  const [busy, revoke] = useMutationNotice(REVOKE_ADMIN_SESSIONS, ['AdminAction']);
  const required = (value: string) => (value.trim() === '' ? t('invalid.required') : null);
  const form = useEditForm<EndValues>({
    initialValues: { subject, reason: '' },
    validate: { subject: required, reason: required },
  });
  const end = async (values: EndValues): Promise<void> => {
    const given = { subject: values.subject.trim(), reason: values.reason.trim() };
    const { error } = await revoke(given, t('sessions.ended', { subject: given.subject }));
    if (error === undefined) onDone();
    else showRefusal(form, error, 'subject');
  };
  return (
    <form onSubmit={form.onSubmit((values) => void end(values))}>
      <Stack>
        <Text size="sm">{t('sessions.text')}</Text>
        <TextInput
          label={t('field.actor')}
          description={t('sessions.subjectHint')}
          required
          data-autofocus
          {...form.getInputProps('subject')}
        />
        {form.values.subject.trim() === me.subject && (
          <Alert color="yellow" icon={<IconAlertTriangle />}>
            {t('sessions.own')}
          </Alert>
        )}
        <ReasonInput {...form.getInputProps('reason')} />
        <FormActions submit={t('sessions.end')} busy={busy} danger onCancel={onDone} />
      </Stack>
    </form>
  );
}
