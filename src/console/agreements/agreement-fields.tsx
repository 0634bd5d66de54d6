import { JsonInput, MultiSelect, Select, SimpleGrid, Switch, TagsInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { DateField } from '../shared/date-field.js';
import { FieldPicker } from '../shared/field-picker.js';
import { SenderSelect } from '../shared/sender-select.js';
import { useRegistryDefinition } from '../shared/registry-definition.js';
import { grantedOf, type Served } from '../shared/served-operations.js';
import { useOptions } from '../shared/use-options.js';
import type { Registry } from '../shared/vocabulary.js';
import type { AgreementFormState } from './agreement-values.js';

interface AgreementFieldsProps {
  form: AgreementFormState;
  served: Served | undefined;
  /** Sender and registry are settled. */
  isFixed: boolean;
}

export function AgreementFields({ form, served, isFixed }: AgreementFieldsProps) {
  const { t } = useTranslation();
  const { registries, operations, legalBases } = useOptions();
  const { registry, recordTypes, fields, validFrom, validUntil } = form.values;
  const offered = served?.get(registry) ?? [];
  const definition = useRegistryDefinition(registry);
  const field = (name: keyof AgreementFormState['values']) => ({
    ...form.getInputProps(name),
    label: t(`field.${name}`),
  });
  const types = definition?.recordTypes ?? [];
  const covered = types.filter(({ name }) => recordTypes.length === 0 || recordTypes.includes(name));
  return (
    <>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {!isFixed && <SenderSelect {...field('senderId')} label={t('field.sender')} required />}
        <Select
          {...field('registry')}
          data={registries.filter(({ value }) => isFixed || served?.has(value))}
          allowDeselect={false}
          disabled={isFixed}
          // Record types and fields are the registry's own.
          onChange={(next) => form.setValues({ registry: next as Registry, recordTypes: [], fields: [] })}
        />
        <MultiSelect
          {...field('operations')}
          value={grantedOf(served, registry, form.values.operations)}
          data={operations.filter(({ value }) => offered.includes(value))}
          required
        />
        <MultiSelect
          {...field('recordTypes')}
          data={types.map(({ name }) => name)}
          description={t('hint.leftOutAll')}
        />
        <Select {...field('legalBasis')} data={legalBases} allowDeselect={false} />
        <TagsInput {...field('purposes')} description={t('hint.leftOutAll')} />
        <DateField {...field('validFrom')} value={validFrom} withTime description={t('hint.validFrom')} />
        <DateField {...field('validUntil')} value={validUntil} withTime description={t('hint.validUntil')} />
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
