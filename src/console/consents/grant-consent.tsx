import { Button, Drawer, Group, Select, Stack, TagsInput, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { DateField } from '../shared/date-field.js';
import { FieldPicker } from '../shared/field-picker.js';
import { useRegistryDefinition } from '../shared/registry-definition.js';
import { SenderSelect } from '../shared/sender-select.js';
import { showRefusal } from '../shared/show-refusal.js';
import { useEditForm } from '../shared/use-edit-form.js';
import { useMutationNotice } from '../shared/use-mutation-notice.js';
import { useOptions } from '../shared/use-options.js';
import type { Registry } from '../shared/vocabulary.js';
import { GRANT_CONSENT } from './consents.document.js';

interface ConsentValues {
  registry: Registry;
  type: string;
  value: string;
  senderId: string | null;
  organizationKind: string;
  purposes: string[];
  fields: string[];
  validUntil: string;
  evidence: string;
}

const EMPTY: ConsentValues = {
  registry: 'SOCIAL',
  type: 'UIN',
  value: '',
  senderId: null,
  organizationKind: '',
  purposes: [],
  fields: ['*'],
  validUntil: '',
  evidence: '',
};

export function GrantConsent({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { registries } = useOptions();
  const [busy, grant] = useMutationNotice(GRANT_CONSENT);
  const form = useEditForm<ConsentValues>({
    initialValues: EMPTY,
    validate: {
      value: (value) => (value.trim() === '' ? t('invalid.required') : null),
      senderId: (value, { organizationKind }) =>
        value === null && organizationKind.trim() === '' ? t('consents.whom') : null,
      fields: (value) => (value.length === 0 ? t('invalid.atLeastOne') : null),
    },
  });
  const definition = useRegistryDefinition(form.values.registry);
  const field = (name: keyof ConsentValues) => form.getInputProps(name);
  const save = async (values: ConsentValues): Promise<void> => {
    const { error } = await grant({ input: toInput(values) }, t('consents.granted'));
    if (error === undefined) onClose();
    else showRefusal(form, error, 'value');
  };
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="lg"
      title={t('consents.grant')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <form onSubmit={form.onSubmit((values) => void save(values))}>
        <Stack>
          <Group grow align="flex-start">
            <Select label={t('field.registry')} data={registries} allowDeselect={false} {...field('registry')} />
            <Select
              label={t('field.identifierType')}
              data={definition?.identifierTypes ?? []}
              allowDeselect={false}
              searchable
              {...field('type')}
            />
          </Group>
          <TextInput label={t('field.identifierValue')} required {...field('value')} />
          <SenderSelect label={t('field.sender')} clearable {...field('senderId')} />
          <TextInput
            label={t('field.organizationKind')}
            description={t('hint.organizationKind')}
            {...field('organizationKind')}
          />
          <TagsInput label={t('field.purposes')} description={t('hint.leftOutAll')} {...field('purposes')} />
          <FieldPicker
            recordTypes={definition?.recordTypes ?? []}
            value={form.values.fields}
            onChange={(fields) => form.setFieldValue('fields', fields)}
            error={typeof form.errors['fields'] === 'string' ? form.errors['fields'] : undefined}
          />
          <DateField
            label={t('field.validUntil')}
            description={t('hint.consentUntil')}
            value={form.values.validUntil}
            onChange={(day) => form.setFieldValue('validUntil', day)}
            error={form.errors['validUntil']}
          />
          <TextInput label={t('field.evidence')} description={t('hint.evidence')} {...field('evidence')} />
          <Group justify="flex-end">
            <Button type="submit" loading={busy}>
              {t('consents.grant')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Drawer>
  );
}

function toInput({
  registry,
  type,
  value,
  senderId,
  organizationKind,
  purposes,
  fields,
  validUntil,
  evidence,
}: ConsentValues) {
  return {
    registry,
    identifier: { type, value: value.trim() },
    senderId,
    organizationKind: organizationKind.trim() || null,
    purposes: purposes.length === 0 ? null : purposes,
    fields,
    validUntil: validUntil === '' ? null : new Date(`${validUntil}T00:00`).toISOString(),
    evidence: evidence.trim() || null,
  };
}
