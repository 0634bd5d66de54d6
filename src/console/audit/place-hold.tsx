import { Button, Checkbox, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { ADMINS, useMay } from '../session/me.js';
import { FormActions } from '../shared/form-actions.js';
import { ReasonInput } from '../shared/reason-input.js';
import { SenderSelect } from '../shared/sender-select.js';
import { showRefusal } from '../shared/show-refusal.js';
import { useEditForm } from '../shared/use-edit-form.js';
import { useMutationNotice } from '../shared/use-mutation-notice.js';
import { PLACE_LEGAL_HOLD } from './legal-holds.document.js';

/** Owner of what belongs to no sender. */
export const GATEWAY = '(gateway)';

interface HoldValues {
  senderId: string | null;
  ofGateway: boolean;
  month: string;
  reason: string;
}

export function PlaceHold() {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  if (!useMay(ADMINS)) return null;
  return (
    <>
      <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={open}>
        {t('holds.place')}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={t('holds.place')}
        closeButtonProps={{ 'aria-label': t('action.close') }}
      >
        <HoldForm onDone={close} />
      </Modal>
    </>
  );
}

function HoldForm({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const [busy, place] = useMutationNotice(PLACE_LEGAL_HOLD);
  const form = useEditForm<HoldValues>({
    initialValues: { senderId: null, ofGateway: false, month: '', reason: '' },
    validate: {
      senderId: (value, { ofGateway }) => (value === null && !ofGateway ? t('invalid.required') : null),
      month: (value) => (/^\d{4}-\d{2}$/.test(value) ? null : t('invalid.month')),
      reason: (value) => (value.trim() === '' ? t('invalid.required') : null),
    },
  });
  const { ofGateway } = form.values;
  const save = async ({ senderId, month, reason }: HoldValues): Promise<void> => {
    const owner = ofGateway ? GATEWAY : (senderId ?? '');
    const { error } = await place({ senderId: owner, month, reason: reason.trim() }, t('holds.placed'));
    if (error === undefined) onDone();
    else showRefusal(form, error, 'month');
  };
  return (
    <form onSubmit={form.onSubmit((values) => void save(values))}>
      <Stack>
        <Text size="sm">{t('holds.placeText')}</Text>
        <SenderSelect label={t('field.sender')} disabled={ofGateway} {...form.getInputProps('senderId')} />
        <Checkbox label={t('holds.ofGateway')} {...form.getInputProps('ofGateway', { type: 'checkbox' })} />
        <TextInput
          type="month"
          label={t('field.month')}
          placeholder="2026-01"
          required
          {...form.getInputProps('month')}
        />
        <ReasonInput {...form.getInputProps('reason')} />
        <FormActions submit={t('holds.place')} busy={busy} onCancel={onDone} />
      </Stack>
    </form>
  );
}
