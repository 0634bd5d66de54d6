import { Alert, Button, Drawer, Group, JsonInput, Select, Stack, Tabs, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconAlertTriangle, IconBell } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { RUNNERS } from '../session/me.js';
import { ActionButton } from '../shared/action-button.js';
import { parseJsonObject } from '../shared/json-object.js';
import { problemOf } from '../shared/problem.js';
import type { RegistryDefinition } from '../shared/registry-definition.js';
import { useEditForm } from '../shared/use-edit-form.js';
import { useMutationNotice } from '../shared/use-mutation-notice.js';
import { typeOf, type Dictionary, type DictionaryType } from './dictionary.js';
import { IdentifierFields } from './identifier-fields.js';
import { RecordFields } from './record-fields.js';
import { RecordHistory } from './record-history.js';
import { DELETE_RECORD, UPSERT_RECORD } from './records.document.js';
import { nameOf, toRecordInput, valuesOf, type RecordValues } from './record-values.js';
import type { RegistryRecord } from './record.types.js';

interface RecordEditorProps {
  definition: RegistryDefinition;
  dictionary: Dictionary;
  record: RegistryRecord | undefined;
  onClose: () => void;
}

interface Refused {
  path: string | undefined;
  message: string;
}

/** The attribute that a refusal speaks of; the longest name, since `name` stands in `name.surname`. */
const pathIn = ({ attributes }: DictionaryType, message: string): string | undefined =>
  attributes
    .map(({ path }) => path)
    .filter((path) => message.includes(path))
    .toSorted((a, b) => b.length - a.length)[0];

/** One record in the dictionary's form, or as its JSON; saving raises its event, which subscribers are told of. */
export function RecordEditor({ definition, dictionary, record, onClose }: RecordEditorProps) {
  const { t } = useTranslation();
  const { registry } = definition;
  const [busy, upsert] = useMutationNotice(UPSERT_RECORD);
  const form = useEditForm<RecordValues>({
    initialValues: valuesOf(definition, record),
    validate: { data: (value) => (parseJsonObject(value) ? null : t('invalid.json')) },
  });
  const type = typeOf(dictionary, form.values.recordType);
  const [refused, setRefused] = useState<Refused>();
  const refuse = (message: string): void => {
    setRefused({ path: type && pathIn(type, message), message });
    form.setFieldError('data', message);
  };
  const was = record && { id: record.id, version: record.version };
  const save = async (values: RecordValues): Promise<void> => {
    const { data, error } = await upsert({ registry, record: { ...toRecordInput(values), was } });
    if (error !== undefined) return refuse(problemOf(error).message);
    const [outcome] = data?.upsertRecords.records ?? [];
    if (outcome?.change === 'REFUSED') return refuse(outcome.message ?? t('records.outcome.REFUSED'));
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
          {refused !== undefined && (
            <Alert color="red" icon={<IconAlertTriangle />} role="alert" title={t('records.outcome.REFUSED')}>
              {refused.message}
            </Alert>
          )}
          <Tabs defaultValue="form" keepMounted={false}>
            <Tabs.List mb="sm">
              <Tabs.Tab value="form">{t('records.form')}</Tabs.Tab>
              <Tabs.Tab value="json">JSON</Tabs.Tab>
              {record !== undefined && <Tabs.Tab value="history">{t('records.history')}</Tabs.Tab>}
            </Tabs.List>
            <Tabs.Panel value="form">
              {type !== undefined && (
                <RecordFields
                  key={type.name}
                  type={type}
                  json={form.values.data}
                  onChange={(json) => form.setFieldValue('data', json)}
                  refused={refused}
                />
              )}
            </Tabs.Panel>
            <Tabs.Panel value="json">
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
            </Tabs.Panel>
            {record !== undefined && (
              <Tabs.Panel value="history">
                <RecordHistory id={record.id} />
              </Tabs.Panel>
            )}
          </Tabs>
          <Group justify="space-between">
            {named === undefined ? (
              <span />
            ) : (
              <ActionButton
                document={DELETE_RECORD}
                variables={{ registry, ...named, was }}
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
