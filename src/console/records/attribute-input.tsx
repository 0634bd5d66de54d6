import { NumberInput, Select, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { DateField } from '../shared/date-field.js';
import { plainText, type Attribute } from './dictionary.js';

interface AttributeInputProps {
  attribute: Attribute;
  label: string;
  value: unknown;
  /** undefined: nothing stands there. */
  onChange: (value: unknown) => void;
  error?: ReactNode;
  size?: 'xs' | 'sm';
}

/** The input that fits an attribute: its codes in words, a calendar, a number, or text. */
export function AttributeInput({ attribute, value, onChange, ...field }: AttributeInputProps) {
  const { t } = useTranslation();
  const { codes, type } = attribute;
  const text = plainText(value);
  if (codes != null || type === 'boolean') {
    const options = codes?.map(({ code, label }) => ({
      value: code,
      label: label === code ? code : `${label} (${code})`,
    }));
    return (
      <Select
        {...field}
        clearable
        searchable={(options?.length ?? 0) > 8}
        data={
          options ?? [
            { value: 'true', label: t('state.yes') },
            { value: 'false', label: t('state.no') },
          ]
        }
        value={text ?? null}
        onChange={(code) => onChange(code === null ? undefined : type === 'boolean' ? code === 'true' : code)}
        clearButtonProps={{ 'aria-label': t('date.clear', { what: field.label }) }}
      />
    );
  }
  if (type === 'date' && (text === undefined || /^\d{4}-\d{2}-\d{2}$/.test(text)))
    return <DateField {...field} value={text ?? ''} onChange={(day) => onChange(day === '' ? undefined : day)} />;
  if (type === 'number' || type === 'integer')
    return (
      <NumberInput
        {...field}
        allowDecimal={type === 'number'}
        value={typeof value === 'number' ? value : ''}
        onChange={(typed) => onChange(numberIn(typed))}
      />
    );
  return (
    <TextInput
      {...field}
      value={typeof value === 'string' ? value : ''}
      onChange={({ currentTarget }) => onChange(currentTarget.value === '' ? undefined : currentTarget.value)}
    />
  );
}

/** Of half a number (`-`, `-0`) none yet: written back as it reads so far, it would lose its sign. */
function numberIn(typed: number | string | bigint): number | undefined {
  const value = typed === '' ? Number.NaN : Number(typed);
  return Number.isNaN(value) || Object.is(value, -0) ? undefined : value;
}
