import { JsonInput, MultiSelect, Select, SimpleGrid, Switch, TagsInput, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { SenderSelect } from '../shared/sender-select.js';
import { useRegistryDefinition } from '../shared/registry-definition.js';
import { useOptions } from '../shared/use-options.js';
import type { AgreementFormState } from './agreement-values.js';
import { FieldPicker } from '../shared/field-picker.js';

interface AgreementFieldsProps {
  form: AgreementFormState;
  /** Sender and registry are settled. */
  isFixed: boolean;
}

export function AgreementFields({ form, isFixed }: AgreementFieldsProps) {
  const { t } = useTranslation();
  const { registries, operations, legalBases } = useOptions();
  const { registry, recordTypes, fields } = form.values;
  const definition = useRegistryDefinition(registry);
  const field = (name: keyof AgreementFormState['values']) => ({
    ...form.getInputProps(name),
    label: t(`field.${name}`),
  });
  const served = operations.filter(({ value }) => definition?.operations.includes(value) ?? true);
  const types = definition?.recordTypes ?? [];
  const covered = types.filter(({ name }) => recordTypes.length === 0 || recordTypes.includes(name));
  return (
    <>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {!isFixed && <SenderSelect {...field('senderId')} label={t('field.sender')} required />}
        <Select {...field('registry')} data={registries} allowDeselect={false} disabled={isFixed} />
        <MultiSelect {...field('operations')} data={served} required />
        <MultiSelect
          {...field('recordTypes')}
          data={types.map(({ name }) => name)}
          description={t('hint.leftOutAll')}
        />
        <Select {...field('legalBasis')} data={legalBases} allowDeselect={false} />
        <TagsInput {...field('purposes')} description={t('hint.leftOutAll')} />
        <TextInput {...field('validFrom')} type="date" description={t('hint.validFrom')} />
        <TextInput {...field('validUntil')} type="date" description={t('hint.validUntil')} />
      </SimpleGrid>
      <Switch
        {...form.getInputProps('requiresConsent', { type: 'checkbox' })}
        label={t('field.requiresConsent')}
        description={t('hint.requiresConsent')}
      />
      <FieldPicker
        recordTypes={covered}
        value={fields}
        onChange={(next) => form.setFieldValue('fields', next)}
        error={typeof form.errors['fields'] === 'string' ? form.errors['fields'] : undefined}
      />
      <JsonInput {...field('rowFilter')} description={t('hint.rowFilter')} autosize minRows={2} formatOnBlur />
    </>
  );
}
