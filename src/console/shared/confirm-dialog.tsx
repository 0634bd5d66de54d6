import { Modal, Stack, Text } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { FormActions } from './form-actions.js';
import { ReasonInput } from './reason-input.js';

export interface Confirmation {
  title: string;
  text: string;
  /** Asks for a reason, which goes on record. */
  reason?: 'optional' | 'required';
  danger?: boolean;
}

interface ConfirmDialogProps extends Confirmation {
  label: string;
  opened: boolean;
  busy: boolean;
  onClose: () => void;
  onConfirm: (reason: string) => Promise<void>;
}

export function ConfirmDialog({ title, text, reason, danger = false, ...dialog }: ConfirmDialogProps) {
  const { t } = useTranslation();
  const [given, setGiven] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void dialog.onConfirm(given.trim());
  };
  return (
    <Modal
      opened={dialog.opened}
      onClose={dialog.onClose}
      title={title}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm">{text}</Text>
          {reason !== undefined && (
            <ReasonInput
              required={reason === 'required'}
              value={given}
              onChange={(event) => setGiven(event.currentTarget.value)}
              data-autofocus
            />
          )}
          <FormActions
            submit={dialog.label}
            busy={dialog.busy}
            danger={danger}
            disabled={reason === 'required' && given.trim() === ''}
            onCancel={dialog.onClose}
          />
        </Stack>
      </form>
    </Modal>
  );
}
