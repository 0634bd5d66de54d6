import { Alert, Button, Drawer, Group, JsonInput, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { IconBell } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { RUNNERS } from '../session/me.js';
import { ActionButton } from '../shared/action-button.js';
import { parseJsonObject } from '../shared/json-object.js';
import { problemOf } from '../shared/problem.js';
import type { RegistryDefinition } from '../shared/registry-definition.js';
import { useMutationNotice } from '../shared/use-mutation-notice.js';
import { IdentifierFields } from './identifier-fields.js';
import { DELETE_RECORD, UPSERT_RECORD } from './records.document.js';
import { nameOf, toRecordInput, valuesOf, type RecordValues } from './record-values.js';
import type { RegistryRecord } from './record.types.js';

interface RecordEditorProps {
  definition: RegistryDefinition;
  record: RegistryRecord | undefined;
  onClose: () => void;
}

/** One record in the dictionary's JSON form; saving raises its event, which subscribers are told of. */
export function RecordEditor({ definition, record, onClose }: RecordEditorProps) {
  const { t } = useTranslation();
  const { registry } = definition;
  const [busy, upsert] = useMutationNotice(UPSERT_RECORD);
  const form = useForm<RecordValues>({
    initialValues: valuesOf(definition, record),
    validate: { data: (value) => (parseJsonObject(value) ? null : t('invalid.json')) },
  });
  const save = async (values: RecordValues): Promise<void> => {
    const { data, error } = await upsert({ registry, record: toRecordInput(values) });
    if (error !== undefined) return form.setFieldError('data', problemOf(error).message);
    const [outcome] = data?.upsertRecords.records ?? [];
    if (outcome?.change === 'REFUSED')
      return form.setFieldError('data', `${outcome.reason ?? ''}: ${outcome.message ?? ''}`);
    if (outcome !== undefined)
      notifications.show({
        color: 'teal',
        message: [
          t(`records.outcome.${outcome.change}`, { version: outcome.version }),
          ...(outcome.overwrote ? [t('records.overwrote', { paths: outcome.overwrote.join(', ') })] : []),
        ].join(' '),
      });
    onClose();
  };
  const named = record && nameOf(definition, record);
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="lg"
      title={t(record === undefined ? 'records.new' : 'records.edit')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <form onSubmit={form.onSubmit((values) => void save(values))}>
        <Stack>
          <Alert icon={<IconBell />} color="gray">
            {t('records.eventHint')}
          </Alert>
          <Group grow align="flex-start">
            <Select
              label={t('field.recordType')}
              data={definition.recordTypes.map(({ name }) => name)}
              allowDeselect={false}
              disabled={record !== undefined}
              {...form.getInputProps('recordType')}
            />
            <Select
              label={t('field.eventType')}
              description={t('hint.eventType')}
              data={definition.events}
              clearable
              {...form.getInputProps('eventType')}
            />
          </Group>
          <IdentifierFields form={form} types={definition.identifierTypes} />
          <TextInput label={t('field.externalId')} {...form.getInputProps('externalId')} />
          <JsonInput
            label={t('field.data')}
            description={t('hint.data')}
            autosize
            minRows={12}
            maxRows={28}
            formatOnBlur
            classNames={{ input: 'mono' }}
            {...form.getInputProps('data')}
          />
          <Group justify="space-between">
            {named === undefined ? (
              <span />
            ) : (
              <ActionButton
                document={DELETE_RECORD}
                variables={{ registry, ...named }}
                label={t('action.delete')}
                done={t('records.outcome.DELETED')}
                roles={RUNNERS}
                confirm={{ title: t('records.delete'), text: t('records.deleteText'), danger: true }}
                onDone={onClose}
              />
            )}
            <Button type="submit" loading={busy}>
              {t('records.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Drawer>
  );
}
