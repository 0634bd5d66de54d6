import { Select, type SelectProps } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { SENDER_CHOICES } from './sender-select.document.js';

/** A sender by its name or id; asks the gateway while typing, so any number of senders will do. */
export function SenderSelect({ value, ...props }: Omit<SelectProps, 'data'>) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const [part] = useDebouncedValue(typed, 250);
  const [{ data }] = useQuery({ query: SENDER_CHOICES, variables: { nameOrId: part === '' ? null : part } });
  const found = (data?.senders.nodes ?? []).map((sender) => ({
    value: sender.senderId,
    label: `${sender.name} (${sender.senderId})`,
  }));
  const chosen = value != null && value !== '' && !found.some((option) => option.value === value);
  const options = chosen ? [{ value, label: value }, ...found] : found;
  return (
    <Select
      {...props}
      value={value === '' ? null : (value ?? null)}
      data={options}
      searchable
      nothingFoundMessage={t('senders.empty')}
      onSearchChange={(text) => setTyped(text.replace(/ \(.*\)$/, ''))}
      filter={({ options: all }) => all}
    />
  );
}
