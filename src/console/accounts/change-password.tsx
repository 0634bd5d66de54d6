import { Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { FormActions } from '../shared/form-actions.js';
import { problemOf } from '../shared/problem.js';
import { SecretInput } from '../shared/secret-input.js';
import { useEditForm } from '../shared/use-edit-form.js';
import { useMutationNotice } from '../shared/use-mutation-notice.js';
import { CHANGE_MY_PASSWORD } from './accounts.document.js';
import { DialogButton } from './dialog-button.js';

export function ChangePassword() {
  const { t } = useTranslation();
  return <DialogButton label={t('accounts.changePassword')}>{(close) => <PasswordForm onDone={close} />}</DialogButton>;
}

function PasswordForm({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const [busy, change] = useMutationNotice(CHANGE_MY_PASSWORD);
  const form = useEditForm({ initialValues: { current: '', replacement: '' } });
  const save = async (values: typeof form.values): Promise<void> => {
    const { error } = await change(values, t('accounts.passwordChanged'));
    if (error === undefined) return onDone();
    const { field = 'current', message } = problemOf(error);
    form.setFieldError(field, message);
  };
  return (
    <form onSubmit={form.onSubmit((values) => void save(values))}>
      <Stack>
        <Text size="sm">{t('accounts.changePasswordText')}</Text>
        <SecretInput label={t('accounts.currentPassword')} data-autofocus {...form.getInputProps('current')} />
        <SecretInput
          label={t('signIn.newPassword')}
          description={t('signIn.newPasswordHint')}
          autoComplete="new-password"
          {...form.getInputProps('replacement')}
        />
        <FormActions busy={busy} onCancel={onDone} />
      </Stack>
    </form>
  );
}
