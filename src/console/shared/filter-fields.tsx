import { Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

interface FieldProps {
  label: string;
  value: string | undefined;
  onChange: (value: string | null) => void;
}

export function TextFilter({ label, value = '', onChange }: FieldProps) {
  const [typed, setTyped] = useState(value);
  const tell = useDebouncedCallback(onChange, 300);
  return (
    <TextInput
      size="xs"
      label={label}
      value={typed}
      onChange={({ currentTarget }) => {
        setTyped(currentTarget.value);
        tell(currentTarget.value.trim());
      }}
    />
  );
}

interface ChoiceProps extends FieldProps {
  options: { value: string; label: string }[];
  clearable?: boolean;
}

export function ChoiceFilter({ label, value, onChange, options, clearable = true }: ChoiceProps) {
  const { t } = useTranslation();
  return (
    <Select
      size="xs"
      label={label}
      placeholder={t('state.all')}
      data={options}
      value={value ?? null}
      onChange={onChange}
      clearable={clearable}
      allowDeselect={clearable}
      searchable={options.length > 8}
      clearButtonProps={{ 'aria-label': label }}
    />
  );
}

/** Local time in the field, an instant in the address. */
export function TimeFilter({ label, value, onChange }: FieldProps) {
  return (
    <TextInput
      size="xs"
      type="datetime-local"
      label={label}
      value={value === undefined ? '' : toLocal(value)}
      onChange={({ currentTarget }) =>
        onChange(currentTarget.value === '' ? null : new Date(currentTarget.value).toISOString())
      }
    />
  );
}

function toLocal(instant: string): string {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return '';
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
