import { Alert, Button, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { IconDatabaseExport } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ADMINS, useMay } from '../session/me.js';
import { downloadFile } from '../shared/files.js';
import { FormActions } from '../shared/form-actions.js';
import { makeFile } from '../shared/making-file.js';
import { whatFailed } from '../shared/problem.js';
import { ReasonInput } from '../shared/reason-input.js';
import type { RegistryDefinition } from '../shared/registry-definition.js';
import { SenderSelect } from '../shared/sender-select.js';
import { tellProblem } from '../shared/tell-problem.js';
import { useFocusKept } from '../shared/use-focus-kept.js';

const FORMATS = ['csv', 'ndjson'] as const;

/** All records of a type as a file: as they are, or as one sender's agreement lets them out. */
export function ExportRegistry({ definition }: { definition: RegistryDefinition }) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  if (!useMay(ADMINS)) return null;
  return (
    <>
      <Button variant="default" leftSection={<IconDatabaseExport size={14} aria-hidden />} onClick={open}>
        {t('exports.open')}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={t('exports.title', { registry: t(`registry.${definition.registry}`) })}
        closeButtonProps={{ 'aria-label': t('action.close') }}
      >
        {opened && <ExportForm definition={definition} onClose={close} />}
      </Modal>
    </>
  );
}

function ExportForm({ definition, onClose }: { definition: RegistryDefinition; onClose: () => void }) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  useFocusKept(busy);
  const [problem, setProblem] = useState<string>();
  const types = definition.recordTypes.map(({ name }) => name);
  const form = useForm({
    initialValues: { recordType: types[0] ?? '', format: 'csv', as: '', purpose: '', reason: '' },
    validate: { reason: (value) => (value.trim() === '' ? t('invalid.required') : null) },
  });
  const begin = async ({ as, purpose, ...asked }: typeof form.values): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    const { registry } = definition;
    const limits = as === '' ? {} : { as, ...(purpose.trim() === '' ? {} : { purpose }) };
    // From then on it is told outside of this form.
    const file = { hasBegun: false };
    const onBegun = (): void => {
      file.hasBegun = true;
      onClose();
    };
    try {
      const name = `${registry.toLowerCase()}.${asked.format}`;
      const question = { registry, ...asked, ...limits };
      await makeFile((making) => downloadFile({ name, path: 'exports', question, onBegun, ...making }));
    } catch (error) {
      if (file.hasBegun) tellProblem(error);
      else setProblem(whatFailed(error).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={form.onSubmit((values) => void begin(values))}>
      <Stack>
        <Text size="sm">{t('exports.lead')}</Text>
        <Select
          label={t('field.recordType')}
          data={types}
          allowDeselect={false}
          {...form.getInputProps('recordType')}
        />
        <Select
          label={t('exports.format')}
          data={FORMATS.map((value) => ({ value, label: t(`export.${value}`) }))}
          allowDeselect={false}
          {...form.getInputProps('format')}
        />
        <SenderSelect
          label={t('exports.as')}
          description={t('exports.asHint')}
          clearable
          clearButtonProps={{ 'aria-label': t('date.clear', { what: t('exports.as') }) }}
          {...form.getInputProps('as')}
          onChange={(senderId) => form.setFieldValue('as', senderId ?? '')}
        />
        {form.values.as !== '' && <TextInput label={t('field.purpose')} {...form.getInputProps('purpose')} />}
        <ReasonInput {...form.getInputProps('reason')} />
        {problem !== undefined && (
          <Alert color="red" role="alert">
            {problem}
          </Alert>
        )}
        <FormActions submit={t('export.open')} busy={busy} onCancel={onClose} />
      </Stack>
    </form>
  );
}
