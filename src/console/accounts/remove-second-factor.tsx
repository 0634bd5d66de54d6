import { Stack, Text, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { FormActions } from '../shared/form-actions.js';
import { problemOf } from '../shared/problem.js';
import { SecretInput } from '../shared/secret-input.js';
import { useEditForm } from '../shared/use-edit-form.js';
import { useMutationNotice } from '../shared/use-mutation-notice.js';
import { REMOVE_MY_SECOND_FACTOR } from './accounts.document.js';
import { DialogButton } from './dialog-button.js';

export function RemoveSecondFactor() {
  const { t } = useTranslation();
  return <DialogButton label={t('accounts.removeFactor')}>{(close) => <RemoveForm onDone={close} />}</DialogButton>;
}

function RemoveForm({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const [busy, remove] = useMutationNotice(REMOVE_MY_SECOND_FACTOR, ['AdminAccount']);
  const form = useEditForm({ initialValues: { password: '', code: '' } });
  const save = async (values: typeof form.values): Promise<void> => {
    const { error } = await remove(values, t('accounts.factorRemoved'));
    if (error === undefined) return onDone();
    const { field = 'password', message } = problemOf(error);
    form.setFieldError(field, message);
  };
  return (
    <form onSubmit={form.onSubmit((values) => void save(values))}>
      <Stack>
        <Text size="sm">{t('accounts.removeFactorText')}</Text>
        <SecretInput label={t('signIn.password')} data-autofocus {...form.getInputProps('password')} />
        <TextInput label={t('signIn.code')} autoComplete="one-time-code" required {...form.getInputProps('code')} />
        <FormActions submit={t('accounts.removeFactor')} danger busy={busy} onCancel={onDone} />
      </Stack>
    </form>
  );
}
