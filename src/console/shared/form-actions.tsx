import { Button, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';

interface FormActionsProps {
  /** What submitting does; left out: saves. */
  submit?: string;
  busy: boolean;
  danger?: boolean;
  disabled?: boolean;
  onCancel: () => void;
}

/** The end of a form in a dialog: leave it, or do it. */
export function FormActions({ submit, busy, danger = false, disabled = false, onCancel }: FormActionsProps) {
  const { t } = useTranslation();
  return (
    <Group justify="flex-end" gap="xs">
      <Button variant="default" onClick={onCancel}>
        {t('action.cancel')}
      </Button>
      <Button type="submit" loading={busy} disabled={disabled} {...(danger ? { color: 'red.8' } : {})}>
        {submit ?? t('action.save')}
      </Button>
    </Group>
  );
}
