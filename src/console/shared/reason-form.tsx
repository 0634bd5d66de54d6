import { Button, Group, TextInput } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';

/** Personal data is shown only with a reason, and the reason goes on record before anything is shown. */
export function ReasonForm({ open, onGiven }: { open: string; onGiven: (reason: string) => void }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onGiven(reason.trim());
  };
  return (
    <form onSubmit={submit}>
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
          leftSection={<IconLock size={14} aria-hidden />}
          disabled={reason.trim() === ''}
        >
          {open}
        </Button>
      </Group>
    </form>
  );
}
