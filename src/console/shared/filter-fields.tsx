import { Autocomplete, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import dayjs from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { DateField } from './date-field.js';
import { SenderSelect } from './sender-select.js';

interface FieldProps {
  label: string;
  value: string | undefined;
  onChange: (value: string | null) => void;
}

const SUGGESTED = 12;

interface TextProps extends FieldProps {
  suggestions?: readonly string[] | undefined;
}

/** Free text; what is known of it is suggested while typing. */
export function TextFilter({ label, value = '', onChange, suggestions }: TextProps) {
  const [typed, setTyped] = useState(value);
  const [{ seen, told }, setKnown] = useState({ seen: value, told: value });
  const tell = useDebouncedCallback((text: string) => {
    setKnown({ seen, told: text });
    onChange(text);
  }, 300);
  // Set from elsewhere (a link, the back button), not by what was typed here: that is what the list shows.
  if (value !== seen) {
    setKnown({ seen: value, told: value });
    if (value !== told) setTyped(value);
  }
  const change = (text: string): void => {
    setTyped(text);
    tell(text.trim());
  };
  const field = { size: 'xs', label, value: typed } as const;
  if (suggestions === undefined)
    return <TextInput {...field} onChange={({ currentTarget }) => change(currentTarget.value)} />;
  return <Autocomplete {...field} data={[...suggestions]} limit={SUGGESTED} onChange={change} />;
}

/** The library hides it from everybody without a mouse. */
const clearButton = (label: string) => ({ 'aria-label': label, 'aria-hidden': false, tabIndex: 0 });

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
      clearButtonProps={clearButton(t('date.clear', { what: label }))}
    />
  );
}

/** A sender by its name, suggested while typing. */
export function SenderFilter({ label, value, onChange }: FieldProps) {
  const { t } = useTranslation();
  return (
    <SenderSelect
      size="xs"
      label={label}
      placeholder={t('state.all')}
      value={value ?? null}
      onChange={onChange}
      clearable
      clearButtonProps={clearButton(t('date.clear', { what: label }))}
    />
  );
}

/** Local time in the field, an instant in the address. */
export function TimeFilter({ label, value, onChange }: FieldProps) {
  const { t } = useTranslation();
  return (
    <DateField
      size="xs"
      withTime
      label={label}
      value={value === undefined ? '' : toLocal(value)}
      onChange={(local) => onChange(local === '' ? null : new Date(local).toISOString())}
      presets={[
        { value: ago(1, 'hour'), label: t('date.hourAgo') },
        { value: toField(dayjs().startOf('day')), label: t('date.today') },
        { value: ago(7, 'day'), label: t('date.daysAgo', { count: 7 }) },
        { value: ago(30, 'day'), label: t('date.daysAgo', { count: 30 }) },
      ]}
    />
  );
}

const toField = (at: dayjs.Dayjs): string => at.format('YYYY-MM-DD HH:mm:ss');
const ago = (count: number, unit: 'hour' | 'day'): string => toField(dayjs().subtract(count, unit));
const toLocal = (instant: string): string =>
  dayjs(instant).isValid() ? dayjs(instant).format('YYYY-MM-DD HH:mm') : '';
