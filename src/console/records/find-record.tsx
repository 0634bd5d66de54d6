import { Button, Group, Select, SimpleGrid, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconFilterOff } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { RegistryDefinition } from '../shared/registry-definition.js';
import { AttributeInput } from './attribute-input.js';
import { useAttributeLabel } from '../shared/attribute-label.js';
import { nearest, typeOf, type Dictionary } from './dictionary.js';
import { allOf, byAttribute, byName } from './record-query.js';
import type { Wanted } from './record.types.js';

interface FindRecordProps {
  definition: RegistryDefinition;
  dictionary: Dictionary;
  onFind: (wanted: Wanted) => void;
  action: ReactNode;
}

interface Search {
  recordType: string | null;
  type: string;
  value: string;
  name: string;
  attribute: string | null;
  wanted: unknown;
}

/** By an identifier, or by name and attribute; one of the two. */
export function FindRecord({ definition, dictionary, onFind, action }: FindRecordProps) {
  const { t } = useTranslation();
  const label = useAttributeLabel();
  const form = useForm<Search>({
    initialValues: {
      recordType: null,
      type: definition.identifierTypes[0] ?? '',
      value: '',
      name: '',
      attribute: null,
      wanted: undefined,
    },
  });
  const { values } = form;
  const recordType = typeOf(dictionary, values.recordType);
  const attribute = recordType?.attributes.find(({ path }) => path === values.attribute);
  const find = ({ type, value, name, attribute: path, wanted, ...asked }: Search): void => {
    const parts =
      recordType === undefined ? [] : [...byName(recordType, name), ...byAttribute(recordType, path ?? '', wanted)];
    const identifier = value.trim() === '' ? null : { type, value: value.trim() };
    onFind({ recordType: asked.recordType, identifier, query: identifier === null ? allOf(parts) : null });
  };
  return (
    <form role="search" onSubmit={form.onSubmit(find)}>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3, lg: 6 }} spacing="xs" verticalSpacing="xs">
        <Select
          size="xs"
          label={t('field.recordType')}
          placeholder={t('state.all')}
          data={definition.recordTypes.map((one) => one.name)}
          clearable
          clearButtonProps={{ 'aria-label': t('date.clear', { what: t('field.recordType') }) }}
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
        <TextInput size="xs" label={t('field.identifierValue')} {...form.getInputProps('value')} />
        {recordType !== undefined && nearest(recordType, 'name.surname') !== undefined && (
          <TextInput size="xs" label={t('field.name')} {...form.getInputProps('name')} />
        )}
        <Select
          size="xs"
          label={t('records.attribute')}
          data={(recordType?.attributes ?? [])
            .filter(({ type }) => type !== 'json' && type !== 'identifier')
            .map(({ path }) => ({ value: path, label: label(path) }))}
          searchable
          clearable
          clearButtonProps={{ 'aria-label': t('date.clear', { what: t('records.attribute') }) }}
          value={values.attribute}
          onChange={(path) => form.setValues({ attribute: path, wanted: undefined })}
        />
        {attribute !== undefined && (
          <AttributeInput
            key={attribute.path}
            size="xs"
            attribute={attribute}
            label={t('records.value')}
            value={values.wanted}
            onChange={(wanted) => form.setFieldValue('wanted', wanted)}
          />
        )}
      </SimpleGrid>
      <Group mt="xs" justify="space-between">
        <Group gap="xs">
          <Button type="submit" variant="default">
            {t('action.find')}
          </Button>
          <Button
            variant="subtle"
            leftSection={<IconFilterOff size={14} aria-hidden />}
            onClick={() => {
              form.reset();
              onFind(undefined);
            }}
          >
            {t('table.clearFilters')}
          </Button>
        </Group>
        <Group gap="xs">{action}</Group>
      </Group>
    </form>
  );
}
