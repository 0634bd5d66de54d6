import { Button, Group, Select, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { RegistryDefinition } from '../shared/registry-definition.js';
import type { Wanted } from './record.types.js';

interface FindRecordProps {
  definition: RegistryDefinition;
  onFind: (wanted: Wanted) => void;
  action: ReactNode;
}

interface Search {
  recordType: string | null;
  type: string;
  value: string;
}

export function FindRecord({ definition, onFind, action }: FindRecordProps) {
  const { t } = useTranslation();
  const form = useForm<Search>({
    initialValues: { recordType: null, type: definition.identifierTypes[0] ?? '', value: '' },
  });
  const find = ({ recordType, type, value }: Search): void =>
    onFind({
      recordType,
      identifier: value.trim() === '' ? null : { type, value: value.trim() },
    });
  return (
    <form role="search" onSubmit={form.onSubmit(find)}>
      <Group align="flex-end" justify="space-between">
        <Group align="flex-end" gap="xs">
          <Select
            size="xs"
            label={t('field.recordType')}
            placeholder={t('state.all')}
            data={definition.recordTypes.map(({ name }) => name)}
            clearable
            {...form.getInputProps('recordType')}
          />
          <Select
            size="xs"
            label={t('field.identifierType')}
            data={definition.identifierTypes}
            allowDeselect={false}
            searchable
            {...form.getInputProps('type')}
          />
          <TextInput size="xs" label={t('field.identifierValue')} autoComplete="off" {...form.getInputProps('value')} />
          <Button type="submit" variant="default">
            {t('action.find')}
          </Button>
        </Group>
        {action}
      </Group>
    </form>
  );
}
