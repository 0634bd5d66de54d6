import { Alert, Button, Drawer, FileInput, Group, Progress, Select, Stack, Switch } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { problemOf, whatFailed } from '../shared/problem.js';
import type { RegistryDefinition } from '../shared/registry-definition.js';
import { useUnsaved } from '../shared/unsaved.js';
import { useMutationNotice } from '../shared/use-mutation-notice.js';
import { typeOf, type Dictionary, type DictionaryType } from './dictionary.js';
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
  /** One that has begun: its progress is shown. */
  begun: string | null;
  onBegun: (id: string) => void;
  onClose: () => void;
}

interface Staged {
  id: string;
  format: 'CSV' | 'NDJSON' | 'PARQUET';
  columns: string[];
}

const DATES = ['YYYY-MM-DD', 'DD/MM/YYYY', 'MM/DD/YYYY', 'DD.MM.YYYY'];

/** A file comes in: sent, its columns said, its first rows looked at, and only then written. */
export function ImportRecords({ definition, dictionary, begun, onBegun, onClose }: ImportRecordsProps) {
  const { t } = useTranslation();
  const [recordType, setRecordType] = useState(dictionary[0]?.name ?? '');
  const [staged, setStaged] = useState<Staged>();
  const [choices, setChoices] = useState<Choices>({});
  const [dates, setDates] = useState(DATES[0] ?? '');
  const [events, setEvents] = useState(true);
  /** With what it shows: where anything of it was changed meanwhile, it is none of what would be written. */
  const [looked, setLooked] = useState<{ mapping: string; preview: Preview }>();
  /** The share of the file that is sent, while it is being sent. */
  const [sent, setSent] = useState<number>();
  const [problem, setProblem] = useState<string>();
  const [, stage] = useMutationNotice(STAGE_IMPORT);
  const [looking, look] = useMutationNotice(PREVIEW_IMPORT);
  const [starting, start] = useMutationNotice(START_IMPORT);
  const type = typeOf(dictionary, recordType);
  useUnsaved(() => begun === null && (sent !== undefined || staged !== undefined));

  const send = async (file: File | null): Promise<void> => {
    setStaged(undefined);
    setProblem(undefined);
    if (file === null || type === undefined) return;
    setSent(0);
    await read(file, type);
    setSent(undefined);
  };
  const read = async (file: File, kind: DictionaryType): Promise<void> => {
    const { data } = await stage({});
    if (data === undefined) return;
    const { id } = data.stageFileImport;
    try {
      await sendFile(id, file, setSent);
    } catch (error) {
      return setProblem(whatFailed(error).message);
    }
    const format = formatOf(file.name);
    const first = await look({ id, input: { format } });
    if (first.error !== undefined) return setProblem(problemOf(first.error).message);
    const columns = first.data?.previewFileImport.columns ?? [];
    if (first.data?.previewFileImport.fault != null) return setProblem(first.data.previewFileImport.fault);
    setStaged({ id, format, columns });
    setChoices(guess(columns, kind, definition));
  };
  const mapping =
    staged && mappingOf({ registry: definition.registry, type: recordType, format: staged.format, dates, choices });
  const preview = looked !== undefined && looked.mapping === mapping ? looked.preview : undefined;
  const show = async ({ id }: Staged): Promise<void> => {
    if (mapping === undefined) return;
    const { data } = await look({ id, input: { mapping, events } });
    if (data !== undefined) setLooked({ mapping, preview: data.previewFileImport });
  };
  const begin = async ({ id }: Staged): Promise<void> => {
    const { data } = await start({ id, input: { mapping, events } });
    if (data !== undefined) onBegun(id);
  };
  const choose = (name: string): void => {
    setRecordType(name);
    const chosen = typeOf(dictionary, name);
    if (staged !== undefined && chosen !== undefined) setChoices(guess(staged.columns, chosen, definition));
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
      {begun === null ? (
        <Stack>
          <Group grow align="flex-start">
            <Select
              label={t('field.recordType')}
              data={dictionary.map(({ name }) => name)}
              allowDeselect={false}
              disabled={sent !== undefined}
              value={recordType}
              onChange={(name) => choose(name ?? recordType)}
            />
            <FileInput
              label={t('imports.file')}
              placeholder={t('imports.choose')}
              description={t('imports.kinds')}
              accept=".csv,.ndjson,.jsonl,.parquet"
              disabled={sent !== undefined}
              onChange={(file) => void send(file)}
            />
          </Group>
          {sent !== undefined && <Progress animated value={sent * 100} aria-label={t('imports.sending')} />}
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
                onChange={(column, choice) => setChoices({ ...choices, [column]: choice })}
              />
              <Group align="flex-end" justify="space-between">
                <Select
                  label={t('imports.dates')}
                  data={DATES}
                  allowDeselect={false}
                  value={dates}
                  onChange={(form) => setDates(form ?? dates)}
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
      ) : (
        <ImportProgress id={begun} />
      )}
    </Drawer>
  );
}
