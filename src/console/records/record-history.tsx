import { Anchor, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useQuery } from 'urql';
import { CodeText } from '../shared/code-text.js';
import { DataTable } from '../shared/data-table.js';
import { Empty } from '../shared/empty.js';
import { ErrorNotice } from '../shared/error-notice.js';
import { Time } from '../shared/time.js';
import { RECORD_EVENTS } from './records.document.js';

/** What happened to a record; who of us did it stands in the audit. */
export function RecordHistory({ id }: { id: string }) {
  const { t } = useTranslation();
  const [{ data, error, fetching }, reload] = useQuery({
    query: RECORD_EVENTS,
    variables: { id },
    requestPolicy: 'network-only',
  });
  if (error !== undefined) return <ErrorNotice error={error} onRetry={reload} />;
  const rows = data?.recordEvents ?? [];
  const search = new URLSearchParams({ targetType: 'Record', targetId: id }).toString();
  return (
    <Stack gap="sm">
      {!fetching && rows.length === 0 ? (
        <Empty title={t('records.noHistory')} />
      ) : (
        <DataTable
          label={t('records.history')}
          rows={rows}
          idOf={(row) => row.id}
          busy={fetching}
          columns={[
            { header: t('field.createdAt'), cell: ({ createdAt }) => <Time value={createdAt} /> },
            { header: t('field.version'), align: 'right', cell: ({ version }) => version },
            { header: t('field.eventType'), cell: ({ eventType }) => <CodeText text={eventType} /> },
          ]}
        />
      )}
      <Text size="sm" c="dimmed">
        {t('records.historyHint')}
      </Text>
      <Anchor component={Link} to={`/audit?${search}`} size="sm">
        {t('records.inAudit')}
      </Anchor>
    </Stack>
  );
}
