import { Modal, Stack, Text } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { FormActions } from './form-actions.js';
import { ReasonInput } from './reason-input.js';
import { useUnsaved } from './unsaved.js';

export interface Confirmation {
  title: string;
  text: string;
  /** Asks for a reason, which goes on record. */
  reason?: 'optional' | 'required';
  danger?: boolean;
}

interface QuestionProps extends Omit<Confirmation, 'title'> {
  label: string;
  busy: boolean;
  onClose: () => void;
  onConfirm: (reason: string) => Promise<void>;
}

interface ConfirmDialogProps extends QuestionProps {
  title: string;
  opened: boolean;
}

export function ConfirmDialog({ title, opened, ...question }: ConfirmDialogProps) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={question.onClose}
      title={title}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <Question {...question} />
    </Modal>
  );
}

/** Drawn anew each time: the reason of one act is not that of the next. */
function Question({ text, reason, label, busy, danger = false, onClose, onConfirm }: QuestionProps) {
  const [given, setGiven] = useState('');
  useUnsaved(() => given.trim() !== '');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void onConfirm(given.trim());
  };
  return (
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
          submit={label}
          busy={busy}
          danger={danger}
          disabled={reason === 'required' && given.trim() === ''}
          onCancel={onClose}
        />
      </Stack>
    </form>
  );
}
