import { Alert, Progress, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useAnswer } from '../graphql/use-answer.js';
import { RUNNERS } from '../session/me.js';
import { ActionButton } from '../shared/action-button.js';
import { DataTable } from '../shared/data-table.js';
import { Empty } from '../shared/empty.js';
import { ErrorNotice } from '../shared/error-notice.js';
import { Facts } from '../shared/facts.js';
import { Loading } from '../shared/loading.js';
import { useNumbers } from '../shared/numbers.js';
import { useRefresh } from '../shared/use-refresh.js';
import { CANCEL_IMPORT, FILE_IMPORT } from './import.document.js';
import { RefusedRows } from './refused-rows.js';

const REFRESH_MS = 1000;

/** How far it is, what became of the rows, and which were kept out. */
export function ImportProgress({ id }: { id: string }) {
  const { t } = useTranslation();
  const { count } = useNumbers();
  const [answer, reload] = useAnswer(FILE_IMPORT, { id }, { context: CONTEXT });
  const { data, error } = answer;
  const running = data?.fileImport?.state === 'RUNNING';
  useRefresh(answer, reload, REFRESH_MS, running);
  if (data === undefined) return error === undefined ? <Loading /> : <ErrorNotice error={error} onRetry={reload} />;
  if (data.fileImport === null) return <Empty title={t('imports.gone')} />;
  const { state, progress, rows, inserted, updated, unchanged, refused, fault, problems } = data.fileImport;
  return (
    <Stack role="status">
      {error !== undefined && <ErrorNotice error={error} onRetry={reload} />}
      <Alert
        color={state === 'DONE' ? 'teal' : state === 'RUNNING' ? 'blue' : 'red'}
        title={t(`imports.state.${state}`)}
      >
        {fault}
      </Alert>
      {running && <Progress value={(progress ?? 0) * 100} aria-label={t('imports.progress')} />}
      <Facts
        items={[
          [t('imports.rows'), count(rows)],
          [t('imports.inserted'), count(inserted)],
          [t('imports.updated'), count(updated)],
          [t('imports.unchanged'), count(unchanged)],
          [t('imports.refused'), count(refused)],
        ]}
      />
      {running && (
        <ActionButton document={CANCEL_IMPORT} variables={{ id }} label={t('imports.cancel')} roles={RUNNERS} />
      )}
      {!running && refused > 0 && <RefusedRows id={id} />}
      {problems.length > 0 && (
        <>
          <Text fw={500}>{t('imports.problems')}</Text>
          <DataTable
            label={t('imports.problems')}
            rows={problems}
            idOf={({ line, reason }) => `${line} ${reason}`}
            columns={[
              { header: t('imports.line'), cell: ({ line }) => line },
              { header: t('field.reason'), cell: ({ reason }) => reason },
            ]}
          />
        </>
      )}
    </Stack>
  );
}

/** Its rows are records: lists of them are asked for again. */
const CONTEXT = { additionalTypenames: ['FileImport'] };
