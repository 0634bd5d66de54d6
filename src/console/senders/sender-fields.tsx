import { MultiSelect, NumberInput, Select, SimpleGrid, Switch, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useOptions } from '../shared/use-options.js';
import { RareFields } from './rare-fields.js';
import type { SenderForm } from './sender-form.js';

export function SenderFields({ form, isNew = false }: { form: SenderForm; isNew?: boolean }) {
  const { t } = useTranslation();
  const { registries, operations, legalBases, profiles, dialects } = useOptions();
  const field = (name: keyof SenderForm['values']) => ({ ...form.getInputProps(name), label: t(`field.${name}`) });
  const flag = (name: keyof SenderForm['values']) => ({
    ...form.getInputProps(name, { type: 'checkbox' }),
    label: t(`field.${name}`),
  });
  return (
    <>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {isNew && <TextInput {...field('senderId')} description={t('hint.senderId')} required />}
        <TextInput {...field('name')} description={isNew ? t('hint.name') : undefined} required />
        <MultiSelect {...field('registries')} data={registries} required />
        <MultiSelect {...field('allowedOperations')} data={operations} required />
        <TagsInput {...field('callbackHosts')} description={t('hint.callbackHosts')} />
        <TextInput {...field('notifyUri')} description={t('hint.notifyUri')} />
        <TextInput {...field('jwksUrl')} description={t('hint.jwksUrl')} />
        <Select
          {...field('signatureProfile')}
          description={t('hint.signatureProfile')}
          data={profiles}
          allowDeselect={false}
        />
        <Select {...field('dialect')} description={t('hint.dialect')} data={dialects} allowDeselect={false} />
        <NumberInput {...field('rateLimitPerMinute')} min={0} />
        <Select {...field('legalBasis')} data={legalBases} clearable />
        <Switch {...flag('autoApproveSubscriptions')} />
        <Switch {...flag('encryptReplies')} />
        <Switch {...flag('sandbox')} description={t('hint.sandbox')} />
        <Switch
          {...flag('mayLeaveUnsigned')}
          disabled={!form.values.sandbox}
          description={t('hint.mayLeaveUnsigned')}
        />
        <Textarea {...field('notes')} autosize minRows={2} />
      </SimpleGrid>
      <RareFields form={form} />
    </>
  );
}
