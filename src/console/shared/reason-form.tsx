import { Button, Group, TextInput } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useFocusKept } from './use-focus-kept.js';

interface ReasonFormProps {
  open: string;
  onGiven: (reason: string) => void | Promise<void>;
}

/** Personal data is shown only with a reason, and the reason goes on record before anything is shown. */
export function ReasonForm({ open, onGiven }: ReasonFormProps) {
  const { t } = useTranslation();
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  useFocusKept(busy);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    await onGiven(reason.trim());
    setBusy(false);
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Group align="flex-end">
        <TextInput
          flex={1}
          miw={240}
          maw={480}
          required
          label={t('payload.reason')}
          description={t('payload.reasonHint')}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Button
          type="submit"
          size="sm"
          loading={busy}
          leftSection={<IconLock size={14} aria-hidden />}
          disabled={reason.trim() === ''}
        >
          {open}
        </Button>
      </Group>
    </form>
  );
}
