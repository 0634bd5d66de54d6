import { Button, Group, Modal, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { ResultOf } from '../graphql/graphql.js';
import { ADMINS, useMay } from '../session/me.js';
import { useUnsaved } from '../shared/unsaved.js';
import { useMutationNotice } from '../shared/use-mutation-notice.js';
import { REGISTRIES, type Registry } from '../shared/vocabulary.js';
import { APPLY_SOURCE, CHECK_SOURCE, PROPOSE_SOURCE } from './sources.document.js';

type Checked = ResultOf<typeof CHECK_SOURCE>['checkSource'];

/** A file that is drafted from a table, checked against it, and applied. */
export function ApplySource({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  if (!useMay(ADMINS)) return null;
  const done = (): void => {
    close();
    onDone();
  };
  return (
    <>
      <Button onClick={open}>{t('sources.connect')}</Button>
      <Modal
        opened={opened}
        onClose={close}
        title={t('sources.connect')}
        size="xl"
        closeButtonProps={{ 'aria-label': t('action.close') }}
      >
        <FileForm onDone={done} />
      </Modal>
    </>
  );
}

function FileForm({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const [yaml, setYaml] = useState('');
  useUnsaved(() => yaml !== '');
  const [checked, setChecked] = useState<{ yaml: string; result: Checked }>();
  const [checking, check] = useMutationNotice(CHECK_SOURCE);
  const [applying, apply] = useMutationNotice(APPLY_SOURCE);
  const look = async (): Promise<void> => {
    const { data } = await check({ yaml });
    setChecked(data && { yaml, result: data.checkSource });
  };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if ((await apply({ yaml }, t('sources.applied'))).error === undefined) onDone();
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <Text size="sm">{t('sources.connectText')}</Text>
        <Draft onDraft={setYaml} />
        <Textarea
          label={t('sources.file')}
          required
          autosize
          minRows={8}
          maxRows={18}
          classNames={{ input: 'mono' }}
          value={yaml}
          onChange={(event) => setYaml(event.currentTarget.value)}
        />
        {/* Of a file that was changed since it says nothing. */}
        {checked?.yaml === yaml && <CheckResult {...checked.result} />}
        <Group justify="flex-end">
          <Button variant="default" loading={checking} disabled={yaml.trim() === ''} onClick={() => void look()}>
            {t('sources.check')}
          </Button>
          <Button type="submit" loading={applying}>
            {t('sources.apply')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Draft({ onDraft }: { onDraft: (yaml: string) => void }) {
  const { t } = useTranslation();
  const [url, setUrl] = useState('');
  const [table, setTable] = useState('');
  const [registry, setRegistry] = useState<Registry>('SOCIAL');
  const [busy, propose] = useMutationNotice(PROPOSE_SOURCE);
  const draft = async (): Promise<void> => {
    const { data } = await propose({ url, table, registry });
    if (data !== undefined) onDraft(data.proposeSource.yaml);
  };
  return (
    <Group align="flex-end" gap="xs">
      <TextInput
        label={t('sources.variable')}
        placeholder="FARMERS_DATABASE_URL"
        value={url}
        onChange={(event) => setUrl(event.currentTarget.value)}
      />
      <TextInput label={t('sources.table')} value={table} onChange={(event) => setTable(event.currentTarget.value)} />
      <Select
        label={t('field.registry')}
        data={REGISTRIES.map((value) => ({ value, label: t(`registry.${value}`) }))}
        allowDeselect={false}
        value={registry}
        onChange={(value) => setRegistry(value ?? 'SOCIAL')}
      />
      <Button variant="default" loading={busy} disabled={url === '' || table === ''} onClick={() => void draft()}>
        {t('sources.draft')}
      </Button>
    </Group>
  );
}

function CheckResult({ errors, warnings, samples }: Checked) {
  const { t } = useTranslation();
  const lines = [
    ...errors.map((one) => ({ ...one, kind: t('sources.error') })),
    ...warnings.map((one) => ({ ...one, kind: t('sources.warning') })),
  ];
  return (
    <Stack gap={4} role="status">
      <Text size="sm" fw={600}>
        {errors.length === 0 ? t('sources.fits') : t('sources.errors', { count: errors.length })}
      </Text>
      {lines.map(({ kind, line, column, message }) => (
        <Text key={`${line} ${column} ${message}`} size="sm" className="wrap-anywhere">
          <span className="mono">
            {line}:{column}
          </span>{' '}
          {kind}: {message}
        </Text>
      ))}
      {samples.length > 0 && (
        <Text size="sm" className="mono wrap-anywhere">
          {JSON.stringify(samples[0]?.data)}
        </Text>
      )}
    </Stack>
  );
}
