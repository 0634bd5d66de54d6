import { Alert, Button, Drawer, FileInput, Group, Select, Stack, Switch } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { problemOf, whatFailed } from '../shared/problem.js';
import type { RegistryDefinition } from '../shared/registry-definition.js';
import { useMutationNotice } from '../shared/use-mutation-notice.js';
import { typeOf, type Dictionary } from './dictionary.js';
import { PREVIEW_IMPORT, STAGE_IMPORT, START_IMPORT } from './import.document.js';
import type { Preview } from './import.types.js';
import { ImportColumns } from './import-columns.js';
import { ImportProgress } from './import-progress.js';
import { formatOf, guess, mappingOf, type Choices } from './import-mapping.js';
import { ImportPreview } from './import-preview.js';
import { sendFile } from './send-file.js';

interface ImportRecordsProps {
  definition: RegistryDefinition;
  dictionary: Dictionary;
  onClose: () => void;
}

interface Staged {
  id: string;
  format: 'CSV' | 'NDJSON' | 'PARQUET';
  columns: string[];
}

const DATES = ['YYYY-MM-DD', 'DD/MM/YYYY', 'MM/DD/YYYY', 'DD.MM.YYYY'];

/** A file comes in: sent, its columns said, its first rows looked at, and only then written. */
export function ImportRecords({ definition, dictionary, onClose }: ImportRecordsProps) {
  const { t } = useTranslation();
  const [recordType, setRecordType] = useState(dictionary[0]?.name ?? '');
  const [staged, setStaged] = useState<Staged>();
  const [choices, setChoices] = useState<Choices>({});
  const [dates, setDates] = useState(DATES[0] ?? '');
  const [events, setEvents] = useState(true);
  const [preview, setPreview] = useState<Preview>();
  const [started, setStarted] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [sending, stage] = useMutationNotice(STAGE_IMPORT);
  const [looking, look] = useMutationNotice(PREVIEW_IMPORT);
  const [starting, start] = useMutationNotice(START_IMPORT);
  const type = typeOf(dictionary, recordType);

  const send = async (file: File | null): Promise<void> => {
    setStaged(undefined);
    setPreview(undefined);
    setProblem(undefined);
    if (file === null || type === undefined) return;
    const { data } = await stage({});
    if (data === undefined) return;
    const { id } = data.stageFileImport;
    try {
      await sendFile(id, file);
    } catch (error) {
      return setProblem(whatFailed(error).message);
    }
    const format = formatOf(file.name);
    const read = await look({ id, input: { format } });
    if (read.error !== undefined) return setProblem(problemOf(read.error).message);
    const columns = read.data?.previewFileImport.columns ?? [];
    if (read.data?.previewFileImport.fault != null) return setProblem(read.data.previewFileImport.fault);
    setStaged({ id, format, columns });
    setChoices(guess(columns, type, definition));
  };
  const input = (from: Staged) => ({
    mapping: mappingOf({ registry: definition.registry, type: recordType, format: from.format, dates, choices }),
    events,
  });
  const show = async (from: Staged): Promise<void> => {
    const { data } = await look({ id: from.id, input: input(from) });
    setPreview(data?.previewFileImport);
  };
  const begin = async (from: Staged): Promise<void> => {
    const { data } = await start({ id: from.id, input: input(from) });
    if (data !== undefined) setStarted(true);
  };
  const usable = preview !== undefined && preview.fault === null && preview.errors.length === 0;
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="xl"
      title={t('imports.title')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      {staged !== undefined && started ? (
        <ImportProgress id={staged.id} />
      ) : (
        <Stack>
          <Group grow align="flex-start">
            <Select
              label={t('field.recordType')}
              data={dictionary.map(({ name }) => name)}
              allowDeselect={false}
              value={recordType}
              onChange={(name) => setRecordType(name ?? recordType)}
            />
            <FileInput
              label={t('imports.file')}
              placeholder={t('imports.choose')}
              description={t('imports.kinds')}
              accept=".csv,.ndjson,.jsonl,.parquet"
              disabled={sending || looking}
              onChange={(file) => void send(file)}
            />
          </Group>
          {problem !== undefined && (
            <Alert color="red" role="alert">
              {problem}
            </Alert>
          )}
          {staged !== undefined && type !== undefined && (
            <>
              <ImportColumns
                columns={staged.columns}
                type={type}
                definition={definition}
                choices={choices}
                onChange={(column, choice) => {
                  setPreview(undefined);
                  setChoices({ ...choices, [column]: choice });
                }}
              />
              <Group align="flex-end" justify="space-between">
                <Select
                  label={t('imports.dates')}
                  data={DATES}
                  allowDeselect={false}
                  value={dates}
                  onChange={(form) => {
                    setPreview(undefined);
                    setDates(form ?? dates);
                  }}
                />
                <Switch
                  label={t('imports.events')}
                  checked={events}
                  onChange={({ currentTarget }) => setEvents(currentTarget.checked)}
                />
                <Button variant="default" loading={looking} onClick={() => void show(staged)}>
                  {t('imports.preview')}
                </Button>
              </Group>
              {preview !== undefined && <ImportPreview {...preview} />}
              <Group justify="flex-end">
                <Button loading={starting} disabled={!usable} onClick={() => void begin(staged)}>
                  {t('imports.start')}
                </Button>
              </Group>
            </>
          )}
        </Stack>
      )}
    </Drawer>
  );
}
