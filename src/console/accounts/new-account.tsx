import { Button, Modal, Select, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ROLES, type Role } from '../session/me.js';
import { FormActions } from '../shared/form-actions.js';
import { showRefusal } from '../shared/show-refusal.js';
import { useEditForm } from '../shared/use-edit-form.js';
import { useMutationNotice } from '../shared/use-mutation-notice.js';
import { CREATE_ADMIN_ACCOUNT } from './accounts.document.js';
import { OneTimePassword, type GivenPassword } from './one-time-password.js';

export function NewAccount() {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  const [given, setGiven] = useState<GivenPassword>();
  const made = (password: GivenPassword): void => {
    close();
    setGiven(password);
  };
  return (
    <>
      <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={open}>
        {t('accounts.new')}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={t('accounts.new')}
        closeButtonProps={{ 'aria-label': t('action.close') }}
      >
        <NewForm onMade={made} onCancel={close} />
      </Modal>
      <OneTimePassword given={given} onClose={() => setGiven(undefined)} />
    </>
  );
}

function NewForm({ onMade, onCancel }: { onMade: (given: GivenPassword) => void; onCancel: () => void }) {
  const { t } = useTranslation();
  const [busy, create] = useMutationNotice(CREATE_ADMIN_ACCOUNT, ['AdminAccount']);
  const form = useEditForm<{ name: string; role: Role }>({
    initialValues: { name: '', role: 'AUDITOR' },
    validate: { name: (name) => (name.trim() === '' ? t('invalid.required') : null) },
  });
  const save = async (input: typeof form.values): Promise<void> => {
    const { data, error } = await create({ input });
    if (error !== undefined) showRefusal(form, error, 'name');
    if (data === undefined) return;
    const { oneTimePassword, account } = data.createAdminAccount;
    onMade({ oneTimePassword, ...account });
  };
  return (
    <form onSubmit={form.onSubmit((values) => void save(values))}>
      <Stack>
        <TextInput
          label={t('field.name')}
          description={t('accounts.nameHint')}
          data-autofocus
          {...form.getInputProps('name')}
        />
        <Select
          label={t('field.role')}
          description={t(`roleHint.${form.values.role}`)}
          data={ROLES.map((role) => ({ value: role, label: t(`role.${role}`) }))}
          allowDeselect={false}
          {...form.getInputProps('role')}
        />
        <FormActions submit={t('accounts.create')} busy={busy} onCancel={onCancel} />
      </Stack>
    </form>
  );
}
