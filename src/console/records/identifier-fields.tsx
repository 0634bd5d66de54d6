import { ActionIcon, Button, Group, Input, Select, Stack, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { RecordValues } from './record-values.js';

export function IdentifierFields({ form, types }: { form: UseFormReturnType<RecordValues>; types: string[] }) {
  const { t } = useTranslation();
  return (
    <Input.Wrapper label={t('field.identifiers')} labelElement="div">
      <Stack gap="xs">
        {form.values.identifiers.map((_, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- a row has nothing of its own until it is filled in
          <Group key={index} gap="xs" wrap="nowrap">
            <Select
              aria-label={t('field.identifierType')}
              flex={2}
              miw={0}
              data={types}
              searchable
              allowDeselect={false}
              {...form.getInputProps(`identifiers.${index}.type`)}
            />
            <TextInput
              flex={3}
              miw={0}
              aria-label={t('field.identifierValue')}
              {...form.getInputProps(`identifiers.${index}.value`)}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t('records.removeIdentifier')}
              onClick={() => form.removeListItem('identifiers', index)}
            >
              <IconTrash size={16} />
            </ActionIcon>
          </Group>
        ))}
        <Group>
          <Button
            variant="subtle"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => form.insertListItem('identifiers', { type: types[0] ?? '', value: '' })}
          >
            {t('records.addIdentifier')}
          </Button>
        </Group>
      </Stack>
    </Input.Wrapper>
  );
}
